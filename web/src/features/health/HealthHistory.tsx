import { Group, Stack, Text } from "@mantine/core";

import { Section } from "../../components/Section";
import type { HealthHistoryQuery as Data, TimeRange } from "../../gql/graphql";
import { useLiveQuery } from "../../lib/live";
import { span } from "../../lib/spans";
import { inOrder, TITLES } from "./checks";
import { HistoryBar } from "./HistoryBar";
import { HealthHistoryQuery } from "./health.graphql";

type Check = Data["systemHealth"]["checks"][number];

/** The status of each check over the range, and the longest gap between checks (A27, S98). */
export function HealthHistory({ range }: { range: TimeRange }) {
  const [{ data }, , reading] = useLiveQuery(HealthHistoryQuery, { range });
  const health = data?.systemHealth;
  return (
    <Section
      title="Health over time"
      reading={reading}
      aside={
        health?.maxGapSeconds != null && (
          <Text size="sm" c={health.maxGapSeconds > 33 ? "var(--warn)" : "dimmed"}>
            longest pause between checks: {span(health.maxGapSeconds * 1000)}
          </Text>
        )
      }
    >
      <Stack gap="sm">
        {inOrder(health?.checks ?? []).map((check) => (
          <Line key={check.id} check={check} />
        ))}
      </Stack>
    </Section>
  );
}

function Line({ check }: { check: Check }) {
  return (
    <div data-testid={`history-${check.type.toLowerCase()}`}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{TITLES[check.type]}</Text>
        <Text size="sm" c="dimmed">
          {check.uptime == null ? "no samples" : `${check.uptime.toFixed(2)} % up`}
          {check.flapping && " · flapping"}
        </Text>
      </Group>
      <HistoryBar title={TITLES[check.type]} slots={check.history} />
    </div>
  );
}
