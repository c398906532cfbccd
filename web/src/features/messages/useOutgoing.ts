import { useEffect, useReducer, useRef } from "react";
import { useMutation } from "urql";

import type { MessageFieldsFragment } from "../../gql/graphql";
import { drafts } from "../../lib/drafts";
import { wholeFormProblem } from "../../lib/forms";
import { randomId } from "../../lib/ids";
import { SendMessageMutation } from "./messages.graphql";
import { type Outgoing, outgoing, restored } from "./outgoing";

export interface Sending {
  readonly items: readonly Outgoing[];
  readonly send: (text: string) => void;
  /** With the same key: what has arrived after all is not sent twice. */
  readonly resend: (item: Outgoing) => void;
  readonly discard: (item: Outgoing) => void;
}

/** Messages on their way in one conversation. One that failed outlives a reload of the page. */
export function useOutgoing(conversationId: string, onSent: (message: MessageFieldsFragment) => void): Sending {
  const name = `outgoing:${conversationId}`;
  const [items, dispatch] = useReducer(outgoing, undefined, () => restored(drafts.read(name)));
  const [, mutate] = useMutation(SendMessageMutation);
  const sent = useRef(onSent);
  useEffect(() => {
    sent.current = onSent;
  });
  useEffect(() => {
    if (items.length > 0) drafts.write(name, { items });
    else drafts.drop(name);
  }, [name, items]);

  async function carry({ key, text }: Outgoing) {
    dispatch({ type: "send", key, text });
    const { data, error } = await mutate({ input: { conversationId, text, idempotencyKey: key } });
    const payload = data?.sendMessage;
    const problem = wholeFormProblem(error, payload?.errors);
    if (payload?.message && !problem) {
      sent.current(payload.message);
      dispatch({ type: "gone", key });
    } else dispatch({ type: "failed", key, problem: problem ?? "It was not sent." });
  }

  return {
    items,
    send: (text) => void carry({ key: randomId(), text }),
    resend: (item) => void carry(item),
    discard: ({ key }) => dispatch({ type: "gone", key }),
  };
}
