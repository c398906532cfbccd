import type { TimeRange } from "../../gql/graphql";

/** The time ranges of the dashboards (S78). */
export const RANGES: { value: TimeRange; label: string }[] = [
  { value: "LAST_1H", label: "1 h" },
  { value: "LAST_24H", label: "24 h" },
  { value: "LAST_7D", label: "7 d" },
  { value: "LAST_30D", label: "30 d" },
  { value: "CURRENT_PHASE", label: "Phase" },
];

/** The time range in a URL; 24 h if it has no valid one. */
export function rangeOf(text: string | null): TimeRange {
  return RANGES.find(({ value }) => value === text)?.value ?? "LAST_24H";
}
