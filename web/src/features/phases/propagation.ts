import type { PropagationFieldsFragment } from "../../gql/graphql";
import { counted } from "../../lib/format";

type Told = Pick<
  PropagationFieldsFragment,
  "complete" | "completeMs" | "acked" | "total" | "slowest" | "withinBudget" | "unknownProcesses" | "unknownStreams"
>;

/** In force everywhere after 0.4 s; 3 of 3. */
export function told(propagation: Told): string {
  const { complete, completeMs, acked, total, slowest, withinBudget } = propagation;
  const count = `${acked} of ${total}`;
  if (complete) {
    return `In force everywhere${completeMs == null ? "" : ` after ${seconds(completeMs)}`}; ${count} have confirmed it.`;
  }
  const late = withinBudget === false ? " It exceeds the target of 30 s." : "";
  const unknown = unknownReceivers(propagation);
  if (unknown) return `${count} have confirmed it; ${unknown}.${late}${slowest ? ` Lost: ${slowest}.` : ""}`;
  return `On its way: ${count} have confirmed it.${late}${slowest ? ` Waiting for ${slowest}.` : ""}`;
}

function seconds(milliseconds: number): string {
  return milliseconds < 100 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Receivers that were lost before they had it: "unknown: 1 process, 2 streams". */
function unknownReceivers({ unknownProcesses, unknownStreams }: Told): string | null {
  const parts = [
    unknownProcesses > 0 && counted(unknownProcesses, "process", "processes"),
    unknownStreams > 0 && counted(unknownStreams, "stream", "streams"),
  ].filter(Boolean);
  return parts.length > 0 ? `unknown: ${parts.join(", ")}` : null;
}
