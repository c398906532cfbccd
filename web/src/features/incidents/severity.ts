import type { IncidentStatus, Severity } from "../../gql/graphql";

export const SEVERITY: Record<Severity, string> = {
  LOW: "gray", MEDIUM: "yellow", HIGH: "orange", CRITICAL: "red",
};

export const INCIDENT_STATUS: Record<IncidentStatus, string> = {
  OPEN: "red", INVESTIGATING: "yellow", RESOLVED: "teal", CLOSED: "gray",
};

/** Somebody still has to do something. */
export function isOpen({ status }: { status: IncidentStatus }): boolean {
  return status === "OPEN" || status === "INVESTIGATING";
}
