import { Group, Paper, SegmentedControl, SimpleGrid, Text } from "@mantine/core";
import { IconArrowDownRight, IconArrowRight, IconArrowUpRight } from "@tabler/icons-react";
import { useState } from "react";

import { Section } from "../../components/Section";
import type { CardFieldsFragment, TimeRange, Trend } from "../../gql/graphql";
import { Ago } from "../../lib/time";
import { RANGES } from "./ranges";
import { Sparkline } from "./Sparkline";
import { type Metrics, useMetrics } from "./useMetrics";

/** The four numbers of a launch beside the window before (S78, S79). */
export function MetricCards() {
  const [range, setRange] = useState<TimeRange>("LAST_24H");
  const { metrics, reading } = useMetrics(range);
  return (
    <Section
      title="Metrics"
      reading={reading}
      aside={
        <SegmentedControl
          size="xs"
          aria-label="Range"
          value={range}
          data={RANGES}
          onChange={(value) => setRange(value)}
        />
      }
    >
      {metrics && <CardGrid metrics={metrics} sparklines />}
    </Section>
  );
}

/** `sparklines`: where no chart shows the same beside them. */
export function CardGrid({ metrics, sparklines = false }: { metrics: Metrics; sparklines?: boolean }) {
  const { performance } = metrics;
  return (
    <>
      <SimpleGrid cols={{ base: 2, lg: 4 }} spacing="sm">
        <Card card={metrics.signups} />
        <Card card={metrics.connections} />
        <Card card={metrics.averageResponseTime} lines={sparklines ? performance.slice(0, 2) : []} />
        <Card card={metrics.errorRate} lines={sparklines ? performance.slice(2) : []} />
      </SimpleGrid>
      <Text size="xs" c="dimmed">
        computed <Ago at={metrics.at} />, compared with the same span before
      </Text>
    </>
  );
}

const ARROWS: Partial<Record<Trend, typeof IconArrowRight>> = {
  UP: IconArrowUpRight,
  DOWN: IconArrowDownRight,
  FLAT: IconArrowRight,
};

function Card({ card, lines = [] }: { card: CardFieldsFragment; lines?: Metrics["performance"] }) {
  const Arrow = ARROWS[card.trend];
  return (
    <Paper withBorder p="sm" className="metric" data-testid={`metric-${card.key}`}>
      <Text size="sm" c="dimmed">
        {card.title}
      </Text>
      <Group gap={6} align="baseline">
        <Text fw={600} size="xl">
          {shown(card.value, card.unit)}
        </Text>
        {card.changePercent != null && (
          <Text size="sm" c={tone(card.improving)} component="span">
            {Arrow && <Arrow size={14} aria-hidden style={{ verticalAlign: "-2px" }} />}{" "}
            {card.changePercent > 0 ? "+" : ""}
            {card.changePercent.toFixed(1)} %
          </Text>
        )}
      </Group>
      <Text size="xs" c="dimmed">
        {card.previous == null
          ? "no comparison yet"
          : `previous: ${shown(card.previous, card.unit)}${verdict(card.improving)}`}
      </Text>
      {lines.length > 0 && <Sparkline title={card.title} lines={lines.map(({ points }) => points)} />}
    </Paper>
  );
}

function shown(value: number | null | undefined, unit: string): string {
  if (value == null) return "–";
  const digits = unit === "%" ? 2 : value < 10 && unit !== "" ? 1 : 0;
  return `${value.toLocaleString(undefined, { maximumFractionDigits: digits })}${unit ? ` ${unit}` : ""}`;
}

/** Not by colour alone. */
function verdict(improving: boolean | null | undefined): string {
  if (improving == null) return "";
  return improving ? " · better" : " · worse";
}

function tone(improving: boolean | null | undefined): string {
  if (improving == null) return "dimmed";
  return improving ? "var(--good)" : "var(--bad)";
}
