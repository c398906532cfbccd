import { Group, Paper, SegmentedControl, SimpleGrid, Text } from "@mantine/core";
import { useState } from "react";

import { Section } from "../../components/Section";
import type { CardFieldsFragment, MetricsQuery as Data, TimeRange } from "../../gql/graphql";
import { useLiveQuery } from "../../lib/live";
import { useStream } from "../../lib/stream";
import { Ago } from "../../lib/time";
import { MetricsQuery, MetricsStream } from "./metrics.graphql";
import { Sparkline } from "./Sparkline";

const RANGES: { value: TimeRange; label: string }[] = [
  { value: "LAST_1H", label: "1 h" },
  { value: "LAST_24H", label: "24 h" },
  { value: "LAST_7D", label: "7 d" },
  { value: "LAST_30D", label: "30 d" },
  { value: "CURRENT_PHASE", label: "Phase" },
];

type Metrics = Data["launchMetrics"];

/** The four numbers of a launch beside the window before, and how it performs (SPEC S78 to S81). */
export function MetricCards() {
  const [range, setRange] = useState<TimeRange>("LAST_24H");
  const [{ data, error, fetching }] = useLiveQuery(MetricsQuery, { range });
  const [live, setLive] = useState<Metrics>();
  useStream(MetricsStream, { range }, ({ launchMetrics }) => setLive(launchMetrics));
  const metrics = newest(range, live, data?.launchMetrics);
  return (
    <Section
      title="Metrics" error={error} loading={fetching && metrics === undefined}
      aside={
        <SegmentedControl size="xs" aria-label="Range" value={range} data={RANGES}
          onChange={(value) => setRange(value as TimeRange)} />
      }
    >
      {metrics && (
        <>
          <SimpleGrid cols={{ base: 2, lg: 4 }} spacing="sm">
            <Card card={metrics.signups} />
            <Card card={metrics.connections} />
            <Card card={metrics.averageResponseTime} lines={metrics.performance.slice(0, 2)} />
            <Card card={metrics.errorRate} lines={metrics.performance.slice(2)} />
          </SimpleGrid>
          <Text size="xs" c="dimmed">
            computed <Ago at={metrics.at} />, compared with the same span before
          </Text>
        </>
      )}
    </Section>
  );
}

function Card({ card, lines = [] }: { card: CardFieldsFragment; lines?: Metrics["performance"] }) {
  return (
    <Paper withBorder p="sm" data-testid={`metric-${card.key}`}>
      <Text size="sm" c="dimmed" truncate>{card.title}</Text>
      <Group gap={6} align="baseline">
        <Text fw={600} size="xl">{shown(card.value, card.unit)}</Text>
        {card.changePercent != null && (
          <Text size="sm" c={tone(card.improving)}>
            {card.changePercent > 0 ? "+" : ""}{card.changePercent.toFixed(1)} %
          </Text>
        )}
      </Group>
      {lines.length > 0 && <Sparkline title={card.title} lines={lines.map(({ points }) => points)} />}
    </Paper>
  );
}

/** The stream may still carry the range that was shown before. */
function newest(range: TimeRange, ...known: (Metrics | undefined)[]): Metrics | undefined {
  return known
    .filter((item) => item?.range === range)
    .sort((a, b) => Date.parse(b?.at ?? "") - Date.parse(a?.at ?? ""))[0];
}

function shown(value: number | null | undefined, unit: string): string {
  if (value == null) return "–";
  const digits = unit === "%" ? 2 : value < 10 && unit !== "" ? 1 : 0;
  return `${value.toLocaleString(undefined, { maximumFractionDigits: digits })}${unit ? ` ${unit}` : ""}`;
}

function tone(improving: boolean | null | undefined): string {
  if (improving == null) return "dimmed";
  return improving ? "teal" : "red";
}
