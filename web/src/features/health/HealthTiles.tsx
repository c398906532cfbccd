import { Alert, Group, Paper, SimpleGrid, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";

import { Section } from "../../components/Section";
import type { SystemHealthQuery as Data } from "../../gql/graphql";
import { useLiveQuery } from "../../lib/live";
import { useStream } from "../../lib/stream";
import { Ago, span, useNow } from "../../lib/time";
import { COLORS, inOrder, sentenceCase, TITLES } from "./checks";
import { SystemHealthQuery, SystemHealthStream } from "./health.graphql";

type Check = Data["systemHealth"]["checks"][number];

/** What is broken and since when, before anything else on the page (SPEC S75). */
export function HealthTiles() {
  const [{ data, error, fetching }] = useLiveQuery(SystemHealthQuery, {});
  useStream(SystemHealthStream, {});
  const checks = inOrder(data?.systemHealth.checks ?? []);
  return (
    <Section
      title="System Health" error={error} loading={fetching && data === undefined}
      aside={data && <Text size="sm" c="dimmed">checked <Ago at={data.systemHealth.at} /></Text>}
    >
      {checks.filter(isBroken).map((check) => (
        <Broken key={check.id} check={check} />
      ))}
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="sm">
        {checks.map((check) => <Tile key={check.id} check={check} />)}
      </SimpleGrid>
    </Section>
  );
}

/** It fails, or gave no answer, twice in a row: either holds a launch. */
function isBroken({ status, errorMessage }: Check): boolean {
  return status === "CRITICAL" || (status === "UNKNOWN" && errorMessage != null);
}

function Broken({ check }: { check: Check }) {
  return (
    <Alert color="red" variant="filled" icon={<IconAlertTriangle />} role="alert"
      title={<>{TITLES[check.type]} is down{check.since && <HowLong since={check.since} />}</>}>
      {check.errorMessage ?? "No reason is known."}
    </Alert>
  );
}

/** Not read aloud: an alert that changes each second would be said each second. */
function HowLong({ since }: { since: string }) {
  return <span aria-hidden> for {span(useNow() - Date.parse(since))}</span>;
}

function Tile({ check }: { check: Check }) {
  const color = check.stale ? "gray" : COLORS[check.status];
  const status = check.stale ? "No news" : sentenceCase(check.status);
  return (
    <Paper withBorder p="sm" className="tile" data-testid={`health-${check.type.toLowerCase()}`}
      data-status={check.status} style={{ "--tile": `var(--mantine-color-${color}-6)` }}>
      <Text size="sm" c="dimmed">{TITLES[check.type]}</Text>
      <Group gap={6} wrap="nowrap">
        <span className="dot" style={{ background: `var(--mantine-color-${color}-6)` }} aria-hidden />
        <Text fw={600}>{status}</Text>
      </Group>
      <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        {detail(check)}
      </Text>
      {check.checkedAt && <Text size="xs" c="dimmed">seen <Ago at={check.checkedAt} /></Text>}
    </Paper>
  );
}

function detail(check: Check): string {
  if (check.status !== "HEALTHY" && check.errorMessage) return check.errorMessage;
  const time = check.responseTimeMs == null ? "not measured" : `${check.responseTimeMs} ms`;
  return check.uptime == null ? time : `${time} · ${check.uptime.toFixed(2)} % in 24 h`;
}
