import type { PropagationFieldsFragment } from "../../gql/graphql";

type Told = Pick<PropagationFieldsFragment, "complete" | "completeMs" | "acked" | "total" | "slowest" | "withinBudget">;

/** In force everywhere after 0.4 s; 3 of 3. */
export function told({ complete, completeMs, acked, total, slowest, withinBudget }: Told): string {
  const count = `${acked} of ${total}`;
  if (complete) {
    return `In force everywhere${completeMs == null ? "" : ` after ${seconds(completeMs)}`}; ${count} have confirmed it.`;
  }
  const late = withinBudget === false ? " It takes longer than the 30 s that are promised." : "";
  return `On its way: ${count} have confirmed it.${late}${slowest ? ` Waiting for ${slowest}.` : ""}`;
}

function seconds(milliseconds: number): string {
  return milliseconds < 100 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
