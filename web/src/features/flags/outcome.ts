import { notifications } from "@mantine/notifications";
import type { CombinedError } from "urql";

import type { ToggleMutation as Data } from "../../gql/graphql";
import { type FieldedForm, placed } from "../../lib/forms";
import { sentence } from "../../lib/notifyFailure";

type Failure = Data["toggleFeatureFlag"]["errors"][number];
export type Conflict = Extract<Failure, { __typename: "VersionConflictError" }>;

interface Payload {
  readonly warnings: readonly string[];
  readonly errors: readonly Failure[];
}

/**
 * The outcome of a change of a flag. A version conflict is expected and not shown as a failure.
 * Errors of a field are shown at the field, all others as a notification.
 */
export function settled(
  key: string,
  error: CombinedError | undefined,
  payload: Payload | undefined,
  form?: FieldedForm,
): { done: boolean; conflict?: Conflict } {
  for (const message of payload?.warnings ?? []) {
    notifications.show({ color: "yellow", title: key, message });
  }
  const errors = payload?.errors ?? [];
  const conflict = errors.find((item): item is Conflict => item.__typename === "VersionConflictError");
  if (conflict) return { done: false, conflict };
  const message = form ? placed(form, error, errors) : unplaced(error, errors);
  if (message) notifications.show({ color: "red", title: key, message, autoClose: 12_000 });
  return { done: error === undefined && errors.length === 0 };
}

function unplaced(error: CombinedError | undefined, errors: Payload["errors"]): string {
  return error ? sentence(error) : errors.map(({ message }) => message).join(" ");
}
