import type { Comparator, PhaseFieldsFragment } from "../../gql/graphql";
import { unbroken } from "../../lib/format";

export type Status = PhaseFieldsFragment["successCriteria"][number];

export interface Standing {
  readonly name: string;
  /** Such as "p95 of response_seconds over 60 s". */
  readonly measures: string;
  readonly value: string;
  readonly limit: string;
  /** The distance of the value from the limit; undefined without a measurement. */
  readonly distance: string | undefined;
}

const SIGNS: Record<Comparator, string> = { LT: "<", LTE: "≤", GT: ">", GTE: "≥", EQ: "=" };

/** A criterion as text: its name, its metric, the value and the limit (U5). */
export function standingOf({ criterion, value, unit }: Status): Standing {
  const { key, metric, aggregation, windowSeconds, comparator, threshold } = criterion;
  const limit = unbroken(`${SIGNS[comparator]} ${amount(threshold, unit)}`);
  const words = key.replaceAll(/[_-]/g, " ");
  return {
    name: words.charAt(0).toUpperCase() + words.slice(1),
    measures: unbroken(`${aggregation.toLowerCase()} of ${metric} over ${windowSeconds} s`),
    value: value == null ? "no value" : unbroken(amount(value, unit)),
    limit,
    distance: value == null ? undefined : unbroken(distanceOf(value, threshold, unit)),
  };
}

function distanceOf(value: number, threshold: number, unit: string): string {
  const gap = Math.abs(value - threshold);
  if (gap <= Math.abs(threshold) * 1e-9) return "at the limit"; // as the server compares
  const side = value > threshold ? "above" : "below";
  return `${amount(gap, unit)} ${side} the limit`;
}

function amount(value: number, unit: string): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3;
  const number = value.toLocaleString("en", { maximumFractionDigits: Number.isInteger(value) ? 0 : digits });
  return unit ? `${number} ${unit}` : number;
}
