import type { TimeRange } from "../../gql/graphql";
import { formatted } from "../../lib/spans";
import type { Metrics } from "../metrics/useMetrics";

/** One moment of the chart; null where nothing was measured. */
export interface Row {
  readonly at: string;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly errors: number | null;
  readonly [key: string]: string | number | null;
}

type Series = Metrics["performance"][number];

/** The series side by side, by moment. */
export function rowsOf(series: readonly Series[]): Row[] {
  const [p50, p95, errors] = [named(series, "P50"), named(series, "P95"), errorsOf(series)];
  const moments = [...new Set([...p50.keys(), ...p95.keys(), ...errors.keys()])].sort();
  return moments.map((at) => ({
    at,
    p50: p50.get(at) ?? null,
    p95: p95.get(at) ?? null,
    errors: errors.get(at) ?? null,
  }));
}

const time = { hour: "2-digit", minute: "2-digit" } as const;
const day = { month: "short", day: "numeric" } as const;
const TIME = new Intl.DateTimeFormat(undefined, time);
const DAY = new Intl.DateTimeFormat(undefined, day);
const DAY_AND_TIME = new Intl.DateTimeFormat(undefined, { ...day, ...time });

/** A moment on the axis: the time of day within a day, else the date too. */
export function tick(at: string, range: TimeRange): string {
  const short = range === "LAST_1H" || range === "LAST_24H";
  return formatted(short ? TIME : range === "CURRENT_PHASE" ? DAY_AND_TIME : DAY, at);
}

function named(series: readonly Series[], aggregation: Series["aggregation"]): Map<string, number | null> {
  return points(series.find((item) => item.name !== "error_rate" && item.aggregation === aggregation));
}

function errorsOf(series: readonly Series[]): Map<string, number | null> {
  return points(series.find((item) => item.name === "error_rate"));
}

function points(series: Series | undefined): Map<string, number | null> {
  return new Map((series?.points ?? []).map(({ at, value }) => [at, value ?? null]));
}
