import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { notifyFailure } from "../../lib/notifyFailure";
import { RevertMutation } from "../audit/audit.graphql";

/** Reverts the last change. Later, the page of the flag and the audit can revert it. */
export function Undo({ changeId, onDone }: { changeId: string; onDone: () => void }) {
  const [state, revert] = useMutation(RevertMutation);

  async function undo() {
    const { data, error } = await revert({ id: changeId, reason: "Undone right after it was made" });
    if (!notifyFailure("Not undone", error, data?.revertChange.errors)) onDone();
  }

  return (
    <Button sends size="compact-sm" variant="default" loading={state.fetching} onClick={() => void undo()}>
      Undo
    </Button>
  );
}
