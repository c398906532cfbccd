import { Card, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "urql";

import { Button } from "../../components/Button";
import { notifyFailure } from "../../lib/notifyFailure";
import { Ago } from "../../lib/time";
import { BlockedPartnersQuery, UnblockPartnerMutation } from "./partners.graphql";

/** The partners that the viewer has blocked, with a button to unblock; empty if there are none (M4). */
export function BlockedPartners() {
  const [{ data }, again] = useQuery({ query: BlockedPartnersQuery, requestPolicy: "cache-and-network" });
  const [state, unblock] = useMutation(UnblockPartnerMutation);
  const blocked = data?.blockedPartners ?? [];
  if (blocked.length === 0) return null;

  async function release(id: string) {
    const { data: done, error } = await unblock({ id });
    if (!notifyFailure("Not unblocked", error, done?.unblockPartner.errors)) again({ requestPolicy: "network-only" });
  }

  return (
    <Card component="section" aria-label="Blocked">
      <Stack gap="xs">
        <Title order={2} size="h4">
          Blocked
        </Title>
        {blocked.map(({ partnershipId, name, since }) => (
          <Group key={partnershipId} justify="space-between" wrap="nowrap">
            <Text style={{ overflowWrap: "anywhere" }}>
              {name}{" "}
              <Text span size="xs" c="dimmed">
                <Ago at={since} />
              </Text>
            </Text>
            <Button size="xs" variant="default" loading={state.fetching} onClick={() => void release(partnershipId)}>
              Unblock
            </Button>
          </Group>
        ))}
      </Stack>
    </Card>
  );
}
