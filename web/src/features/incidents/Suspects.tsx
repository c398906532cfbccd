import { Button, Group, Stack, Text } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useMutation, useQuery } from "urql";

import type { SuspectsQuery as Data } from "../../gql/graphql";
import { succeeded } from "../../lib/outcome";
import { RevertMutation, SuspectsQuery } from "./incidents.graphql";

type Suspect = Extract<NonNullable<Data["node"]>, { suspects: unknown }>["suspects"][number];

/** What changed just before, and the button that undoes it (SPEC X8). */
export function Suspects({ incidentId, mayOperate }: { incidentId: string; mayOperate: boolean }) {
  const [{ data }, again] = useQuery({
    query: SuspectsQuery, variables: { id: incidentId }, requestPolicy: "cache-and-network",
  });
  const [state, revert] = useMutation(RevertMutation);
  const suspects = data?.node && "suspects" in data.node ? data.node.suspects : [];
  if (suspects.length === 0) return null;

  async function undo({ change }: Suspect) {
    const result = await revert({ id: change.id, reason: "Suspected cause of an incident" });
    succeeded("Not reverted", result.error, result.data?.revertChange.errors);
    again({ requestPolicy: "network-only" });
  }

  return (
    <Stack gap={4}>
      <Text size="xs" fw={600}>Changed just before</Text>
      {suspects.map((suspect) => (
        <Group key={suspect.change.id} gap="xs" justify="space-between" wrap="nowrap">
          <div style={{ minWidth: 0 }}>
            <Text size="sm" truncate>{what(suspect)}</Text>
            <Text size="xs" c="dimmed">{suspect.why.join(", ")}</Text>
          </div>
          {mayOperate && suspect.change.revertible && (
            <Button size="compact-xs" variant="light" color="red" loading={state.fetching}
              style={{ flex: "none" }} leftSection={<IconArrowBackUp size={12} />}
              onClick={() => void undo(suspect)}>
              Revert
            </Button>
          )}
        </Group>
      ))}
    </Stack>
  );
}

function what({ change }: Suspect): string {
  const subject = change.subject;
  const name = subject && "name" in subject ? subject.name : "something";
  return `${name} ${change.action}`;
}
