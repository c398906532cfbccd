import type { CheckType, HealthStatus } from "../../gql/graphql";
import { listed, sentenceCase } from "../../lib/format";

/** Names and order of the checks on all dashboards (S75). */
export const TITLES: Record<CheckType, string> = {
  DATABASE: "Database",
  AUTH: "Authentication",
  EMAIL: "Email Services",
  API: "API Endpoints",
  REALTIME: "Realtime",
};

/** The same for the middle of a sentence, in the singular. */
const NAMES: Record<CheckType, string> = {
  DATABASE: "the database",
  AUTH: "log-in",
  EMAIL: "e-mail",
  API: "the API",
  REALTIME: "realtime",
};

const ORDER: readonly CheckType[] = ["DATABASE", "AUTH", "EMAIL", "API", "REALTIME"];

const COLORS: Record<HealthStatus, string> = {
  HEALTHY: "teal",
  WARNING: "yellow",
  CRITICAL: "red",
  UNKNOWN: "red",
};

export interface Standing {
  readonly type: CheckType;
  readonly status: HealthStatus;
  readonly stale: boolean;
  readonly checkedAt?: string | null;
}

export interface Look {
  readonly label: string;
  readonly color: string;
}

/**
 * The colour of a check on every page. A check without an answer twice in a row has that of
 * a failure. A stale check is grey, regardless of its last status.
 */
export function lookOf({ status, stale, checkedAt }: Standing): Look {
  if (stale) return { label: checkedAt ? "No data" : "Not checked", color: "gray" };
  return { label: status === "UNKNOWN" ? "No answer" : sentenceCase(status), color: COLORS[status] };
}

/** The problem of a check, as a sentence; undefined if it has none. */
export function complaint({ type, status, stale }: Standing): string | undefined {
  if (stale) return undefined;
  if (status === "CRITICAL") return `${opening(NAMES[type])} is down`;
  return status === "UNKNOWN" ? `${opening(NAMES[type])} does not answer` : undefined;
}

/** The checks that have stopped reporting, as a sentence; undefined if there are none. */
export function silence(checks: readonly Standing[]): string | undefined {
  const names = checks.filter(({ stale, checkedAt }) => stale && checkedAt).map(({ type }) => NAMES[type]);
  return names.length === 0 ? undefined : `No recent data for ${listed(names)}`;
}

/** Fixed order, so that a check is always at the same position. */
export function inOrder<C extends { type: CheckType }>(checks: readonly C[]): C[] {
  return [...checks].sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type));
}

function opening(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
