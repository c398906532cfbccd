import { Anchor, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { Link } from "react-router";

import { Section } from "../../components/Section";
import type { QueryStatus } from "../../lib/queryStatus";
import { useAccess } from "../access/access";
import { ClientRow } from "../clients/ClientRow";
import type { Business } from "./business";

/** The clients in numbers, each a way to the list, and the newest of them. */
export function ClientOverview({ supplier, reading }: { supplier: Business; reading: QueryStatus }) {
  const { allows } = useAccess();
  const mayList = allows("mvp_client_management");
  const { all, added, invited, connected } = supplier;
  return (
    <Section
      title="Your clients"
      reading={reading}
      aside={
        mayList &&
        all.totalCount > 0 && (
          <Anchor component={Link} to="/clients" size="sm">
            See all {all.totalCount.toLocaleString()}
          </Anchor>
        )
      }
    >
      <SimpleGrid cols={3} spacing="xs">
        <Count label="Not invited" status="added" count={added.totalCount} linked={mayList} />
        <Count label="Invited" status="invited" count={invited.totalCount} linked={mayList} />
        <Count label="Connected" status="connected" count={connected.totalCount} linked={mayList} />
      </SimpleGrid>
      {all.nodes.length === 0 ? (
        <Text c="dimmed" size="sm">
          No clients yet. The setup helps you add the first one.
        </Text>
      ) : (
        <Stack gap={0}>
          {all.nodes.map((client) => (
            <ClientRow key={client.id} client={client} />
          ))}
        </Stack>
      )}
    </Section>
  );
}

function Count(props: { label: string; status: string; count: number; linked: boolean }) {
  const { label, status, count, linked } = props;
  const body = (
    <>
      <Text fw={700} size="xl" data-testid={`count-${status}`}>
        {count.toLocaleString()}
      </Text>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
    </>
  );
  return linked ? (
    <Paper withBorder p="xs" component={Link} to={`/clients?status=${status}`} className="plain">
      {body}
    </Paper>
  ) : (
    <Paper withBorder p="xs">
      {body}
    </Paper>
  );
}
