import { notifications } from "@mantine/notifications";
import type { CombinedError } from "urql";

import { NotSent } from "./contact";

export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** Say what went wrong; true where all went well. Expected failures come as data. */
export function succeeded(
  title: string,
  error: CombinedError | undefined,
  failures: readonly Failure[] | undefined,
): boolean {
  const messages = error ? [sentence(error)] : (failures ?? []).map((item) => item.message);
  for (const message of messages) {
    notifications.show({ color: "red", title, message, autoClose: 12_000 });
  }
  return messages.length === 0;
}

/** An error of the transport or the graph as a sentence for people. */
export function sentence(error: CombinedError): string {
  if (error.networkError instanceof NotSent) return "No contact with the server: nothing was sent.";
  if (error.networkError) return "The server did not answer. It may have been done all the same: look before you repeat it.";
  return error.graphQLErrors.map((item) => item.message).join(" ") || error.message;
}
