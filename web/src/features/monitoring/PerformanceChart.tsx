import "@mantine/charts/styles.css";

import { LineChart } from "@mantine/charts";
import { Stack, Text } from "@mantine/core";

import type { TimeRange } from "../../gql/graphql";
import type { Metrics } from "../metrics/useMetrics";
import { local } from "../../lib/spans";
import { type Row, rowsOf, tick } from "./series";

const TIMES = [
  { name: "p50", label: "p50", color: "var(--line-one)" },
  { name: "p95", label: "p95", color: "var(--line-two)" },
];
const ERRORS = [{ name: "errors", label: "Errors", color: "var(--line-bad)" }];

/** Response times and errors over one time axis; where nothing was measured there is a gap (S81). */
export function PerformanceChart({ series, range }: { series: Metrics["performance"]; range: TimeRange }) {
  const rows = rowsOf(series);
  const measured = rows.filter(({ p95, errors }) => p95 !== null || errors !== null).length;
  if (measured === 0)
    return (
      <Text c="dimmed" size="sm">
        No measurements in this range.
      </Text>
    );
  return (
    <Stack gap="xs" role="img" aria-label={summary(rows)}>
      <Lines rows={rows} range={range} series={TIMES} unit=" ms" height={220} measured={measured} />
      <Lines rows={rows} range={range} series={ERRORS} unit=" %" height={140} measured={measured} />
      <Text size="xs" c="dimmed">
        Half of the answers came within p50, 95 % within p95. Errors are our own failures among all requests.
      </Text>
    </Stack>
  );
}

interface Lined {
  rows: Row[];
  range: TimeRange;
  series: typeof TIMES;
  unit: string;
  height: number;
  measured: number;
}

function Lines({ rows, range, series, unit, height, measured }: Lined) {
  return (
    <LineChart
      h={height}
      data={rows}
      dataKey="at"
      series={series}
      unit={unit}
      curveType="linear"
      connectNulls={false}
      withLegend
      legendProps={{ position: "top", height: 28 }}
      // A point between two gaps is no line: dots show it, where there is room for them.
      withDots={measured < 70}
      dotProps={{ r: 2, strokeWidth: 1 }}
      strokeWidth={2}
      tickLine="none"
      xAxisProps={{ tickFormatter: (at: string) => tick(at, range), minTickGap: 48 }}
      yAxisProps={{ width: 80, domain: [0, "auto"] }}
      tooltipProps={{ labelFormatter: (at) => (typeof at === "string" ? local(at) : at) }}
      valueFormatter={(value) => value.toLocaleString(undefined, { maximumFractionDigits: 2 })}
      lineChartProps={{ syncId: "performance", accessibilityLayer: false }}
      lineProps={{ isAnimationActive: false }}
    />
  );
}

function summary(rows: readonly Row[]): string {
  const last = rows.findLast(({ p95 }) => p95 !== null);
  const worst = Math.max(...rows.map(({ p95 }) => p95 ?? 0));
  return (
    `Response times and errors over time. Latest p95 ${last?.p95?.toFixed(0) ?? "unknown"} ms, ` +
    `highest ${worst.toFixed(0)} ms, highest share of errors ${Math.max(...rows.map(({ errors }) => errors ?? 0)).toFixed(2)} %.`
  );
}
