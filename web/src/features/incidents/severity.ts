import type { IncidentStatus, Severity } from "../../gql/graphql";

export const SEVERITY: Record<Severity, string> = {
  LOW: "gray",
  MEDIUM: "yellow",
  HIGH: "orange",
  CRITICAL: "red",
};

export const INCIDENT_STATUS: Record<IncidentStatus, string> = {
  OPEN: "red",
  INVESTIGATING: "yellow",
  RESOLVED: "teal",
  CLOSED: "gray",
};

const ORDER: readonly Severity[] = ["CRITICAL", "HIGH", "MEDIUM", "LOW"];

/** The worst first; among equals the order stays. */
export function worstFirst<I extends { severity: Severity }>(incidents: readonly I[]): I[] {
  return [...incidents].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

/** Those of this severity and worse. */
export function atLeast(least: Severity): Severity[] {
  return ORDER.slice(0, ORDER.indexOf(least) + 1);
}

/** Whether the incident still needs action. */
export function isOpen({ status }: { status: IncidentStatus }): boolean {
  return status === "OPEN" || status === "INVESTIGATING";
}
