import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useMutation } from "urql";

import type { FlagFieldsFragment, ToggleMutation as Toggled } from "../../gql/graphql";
import type { FieldedForm } from "../../lib/forms";
import { type FlagChange, wishOf } from "./change";
import { ToggleMutation, UpdateMutation } from "./flags.graphql";
import { type Conflict, settled } from "./outcome";
import { Undo } from "./Undo";

export interface Made {
  readonly done: boolean;
  readonly flag?: FlagFieldsFragment | null | undefined;
}

/** Changes a flag, notifies the viewer and offers to revert it. `pending` until the server confirms (U1). */
export function useFlagChange(flag: FlagFieldsFragment, onChanged?: (flag: FlagFieldsFragment) => void) {
  const [, toggle] = useMutation(ToggleMutation);
  const [, update] = useMutation(UpdateMutation);
  const [pending, setPending] = useState<string>();
  const [conflict, setConflict] = useState<Conflict>();

  async function apply(
    change: object & FlagChange,
    reason: string,
    version = flag.version,
    form?: FieldedForm,
  ): Promise<Made> {
    setPending(wishOf(change));
    const { error, payload } = await send(change, { key: flag.key, reason: reason || null, expectedVersion: version });
    setPending(undefined);
    const { done, conflict: found } = settled(flag.key, error, payload, form);
    setConflict(found);
    if (payload?.flag && done) {
      onChanged?.(payload.flag);
      tell(payload.flag, payload.change);
    }
    return { done, flag: payload?.flag };
  }

  async function send(
    change: object & FlagChange,
    input: { key: string; reason: string | null; expectedVersion: number },
  ) {
    const { enabled, ...others } = change;
    if (enabled !== undefined && Object.keys(others).length === 0) {
      const { data, error } = await toggle({ input: { ...input, enabled } });
      return { error, payload: data?.toggleFeatureFlag };
    }
    const { data, error } = await update({ input: { ...change, ...input } as never });
    return { error, payload: data?.updateFeatureFlag };
  }

  return { apply, pending, conflict, forget: () => setConflict(undefined) };
}

function tell(flag: FlagFieldsFragment, change: Toggled["toggleFeatureFlag"]["change"]): void {
  const id = `changed-${flag.key}`;
  const state = flag.enabled ? `On, ${flag.rolloutPercentage} %.` : "Off.";
  notifications.hide(id);
  notifications.show({
    id,
    color: "teal",
    title: flag.name,
    autoClose: 20_000,
    message: (
      <>
        {state} {change?.revertible && <Undo changeId={change.id} onDone={() => notifications.hide(id)} />}
      </>
    ),
  });
}
