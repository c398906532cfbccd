import { notifications } from "@mantine/notifications";
import type { CombinedError } from "urql";

import { NotSent } from "./contact";
import { sentenceCase } from "./format";

export interface Failure {
  readonly code: string;
  readonly message: string;
  /** The actions that are possible instead, by their names in the API. */
  readonly possible?: readonly string[] | null;
}

/** Notifies the viewer of failures; true if there were any. Expected failures are data. */
export function notifyFailure(
  title: string,
  error: CombinedError | undefined,
  failures: readonly Failure[] | undefined,
): boolean {
  const messages = error ? [sentence(error)] : (failures ?? []).map(refused);
  for (const message of messages) {
    notifications.show({ color: "red", title, message, autoClose: 12_000 });
  }
  return messages.length > 0;
}

/** The reason of a refusal, and the possible actions. */
export function refused({ message, possible }: Failure): string {
  if (!possible?.length) return message;
  return `${message} Possible now: ${possible.map((name) => sentenceCase(name).toLowerCase()).join(", ")}.`;
}

/** An error of the transport or the API as a sentence. */
export function sentence(error: CombinedError): string {
  if (error.networkError instanceof NotSent) return "No contact with the server: nothing was sent.";
  if (error.networkError)
    return "The server did not answer. The change may have been applied: check before you repeat it.";
  return error.graphQLErrors.map((item) => item.message).join(" ") || error.message;
}
