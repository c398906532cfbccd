import type { PhaseStatus, Verdict } from "../../gql/graphql";

export const STATUS: Record<PhaseStatus, { label: string; color: string }> = {
  PLANNED: { label: "Planned", color: "gray" },
  ACTIVE: { label: "Active", color: "teal" },
  PAUSED: { label: "Paused", color: "yellow" },
  COMPLETED: { label: "Completed", color: "indigo" },
  ROLLED_BACK: { label: "Rolled back", color: "red" },
};

export const VERDICT: Record<Verdict, { label: string; color: string }> = {
  PASSING: { label: "Passing", color: "teal" },
  FAILING: { label: "Failing", color: "red" },
  INCONCLUSIVE: { label: "Unclear", color: "yellow" },
  NO_DATA: { label: "No data", color: "gray" },
};

/** The ramp runs, or would continue after a resume. */
export function isLive({ status }: { status: PhaseStatus }): boolean {
  return status === "ACTIVE" || status === "PAUSED";
}
