import type { TypedDocumentNode } from "@graphql-typed-document-node/core";

import type { PauseMutation as Data, PauseMutationVariables, PhaseAction } from "../../gql/graphql";
import { AdvanceMutation, CompleteMutation, PauseMutation, ResumeMutation } from "./phases.graphql";

/** An action on a phase that needs a reason and nothing else. */
export interface SimpleAction {
  readonly action: PhaseAction;
  readonly label: string;
  /** What will happen. */
  readonly text: string;
  readonly failed: string;
  /** All four have the same arguments and payload. */
  readonly mutation: TypedDocumentNode<Data, PauseMutationVariables>;
}

export const SIMPLE_ACTIONS: readonly SimpleAction[] = [
  {
    action: "PAUSE",
    label: "Pause",
    failed: "Not paused",
    mutation: PauseMutation,
    text: "The ramp stops. Flags stay as they are, and nobody loses a feature.",
  },
  {
    action: "RESUME",
    label: "Resume",
    failed: "Not resumed",
    mutation: ResumeMutation,
    text: "The ramp continues from its current step.",
  },
  {
    action: "ADVANCE",
    label: "Advance",
    failed: "Not advanced",
    mutation: AdvanceMutation,
    text: "Takes the next step now, without waiting.",
  },
  {
    action: "COMPLETE",
    label: "Complete",
    failed: "Not completed",
    mutation: CompleteMutation,
    text: "Ends the run: every flag goes to its target, or stays at its limit. Its criteria are no longer judged.",
  },
];
