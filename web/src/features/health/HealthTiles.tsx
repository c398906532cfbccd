import { Alert, Group, Paper, SimpleGrid, Text } from "@mantine/core";
import { IconAlertTriangle, IconEyeOff } from "@tabler/icons-react";

import { Section } from "../../components/Section";
import type { SystemHealthQuery as Data } from "../../gql/graphql";
import { useLiveQuery } from "../../lib/live";
import { useStream } from "../../lib/stream";
import { local } from "../../lib/spans";
import { Ago, Since } from "../../lib/time";
import { unbroken } from "../../lib/format";
import { complaint, inOrder, lookOf, silence, TITLES } from "./checks";
import { SystemHealthQuery, SystemHealthStream } from "./health.graphql";

type Check = Data["systemHealth"]["checks"][number];

/** The failing checks and since when they fail, first on the page (S75). */
export function HealthTiles() {
  const [{ data }, , reading] = useLiveQuery(SystemHealthQuery, {});
  useStream(SystemHealthStream, {});
  const checks = inOrder(data?.systemHealth.checks ?? []);
  return (
    <Section
      title="System Health"
      reading={reading}
      aside={
        data && (
          <Text size="sm" c="dimmed">
            checked <Ago at={data.systemHealth.at} />
          </Text>
        )
      }
    >
      <Silence checks={checks} />
      {checks.map((check) => (
        <Broken key={check.id} check={check} />
      ))}
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="sm">
        {checks.map((check) => (
          <Tile key={check.id} check={check} />
        ))}
      </SimpleGrid>
    </Section>
  );
}

/** A check that blocks a launch: it fails, or did not answer twice in a row. */
function Broken({ check }: { check: Check }) {
  const said = complaint(check);
  if (said === undefined) return null;
  return (
    <Alert
      color={lookOf(check).color}
      variant="filled"
      icon={<IconAlertTriangle />}
      role="alert"
      title={
        <>
          {said}
          {check.since && <Since at={check.since} />}
        </>
      }
    >
      {unbroken(check.errorMessage ?? "No details available.")}
      {check.since && (
        <>
          {" "}
          <Text span inherit style={{ whiteSpace: "nowrap" }}>
            Since {local(check.since)}.
          </Text>
        </>
      )}
    </Alert>
  );
}

/** Health is no longer checked, so the last results are out of date. */
function Silence({ checks }: { checks: readonly Check[] }) {
  const said = silence(checks);
  if (said === undefined) return null;
  const last = checks
    .filter(({ stale }) => stale)
    .map(({ checkedAt }) => checkedAt ?? "")
    .sort()
    .at(-1);
  return (
    <Alert
      color="gray"
      variant="filled"
      icon={<IconEyeOff />}
      role="alert"
      title={
        <>
          {said}
          {last && <Since at={last} />}
        </>
      }
    >
      No recent checks: the worker may be down. Phases cannot be activated until checks resume.
    </Alert>
  );
}

function Tile({ check }: { check: Check }) {
  const { label, color } = lookOf(check);
  return (
    <Paper
      withBorder
      p="sm"
      className="tile"
      data-testid={`health-${check.type.toLowerCase()}`}
      data-status={check.status}
      style={{ "--tile": `var(--mantine-color-${color}-6)` }}
    >
      <Text size="sm" c="dimmed">
        {TITLES[check.type]}
      </Text>
      <Group gap={6} wrap="nowrap">
        <span className="dot" style={{ background: `var(--mantine-color-${color}-6)` }} aria-hidden />
        <Text fw={600}>{label}</Text>
      </Group>
      <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        {unbroken(detail(check))}
      </Text>
      {check.checkedAt && (
        <Text size="xs" c="dimmed">
          Checked <Ago at={check.checkedAt} />
        </Text>
      )}
    </Paper>
  );
}

function detail(check: Check): string {
  if (check.status !== "HEALTHY" && check.errorMessage) return check.errorMessage;
  const time = check.responseTimeMs == null ? "not measured" : `${check.responseTimeMs} ms`;
  return check.uptime == null ? time : `${time} · ${check.uptime.toFixed(2)} % up in 24 h`;
}
