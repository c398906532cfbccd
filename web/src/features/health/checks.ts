import type { CheckType, HealthStatus } from "../../gql/graphql";

/** Names and order of the checks on all dashboards (SPEC S75). */
export const TITLES: Record<CheckType, string> = {
  DATABASE: "Database", AUTH: "Authentication", EMAIL: "Email Services", API: "API Endpoints",
  REALTIME: "Realtime",
};

const ORDER: readonly CheckType[] = ["DATABASE", "AUTH", "EMAIL", "API", "REALTIME"];

export const COLORS: Record<HealthStatus, string> = {
  HEALTHY: "teal", WARNING: "yellow", CRITICAL: "red", UNKNOWN: "gray",
};

/** Always in the same place: whoever looks at night finds them blind. */
export function inOrder<C extends { type: CheckType }>(checks: readonly C[]): C[] {
  return [...checks].sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type));
}

/** Critical → what people say of it. */
export function sentenceCase(status: string): string {
  return status.charAt(0) + status.slice(1).toLowerCase().replaceAll("_", " ");
}
