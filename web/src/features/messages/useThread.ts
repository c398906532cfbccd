import { useCallback, useEffect, useRef, useState } from "react";
import { useClient } from "urql";

import type { MessageFieldsFragment, ThreadQuery as Data } from "../../gql/graphql";
import { useLiveQuery } from "../../lib/live";
import type { QueryStatus } from "../../lib/queryStatus";
import { useStream } from "../../lib/stream";
import { ConversationStream, ThreadQuery } from "./messages.graphql";
import { type Timeline, withNews, withPage } from "./timeline";

export type Conversation = Extract<NonNullable<Data["node"]>, { title: string }>;

export interface Thread {
  /** Undefined: not read yet; null: there is none that the reader may see. */
  readonly conversation: Conversation | null | undefined;
  readonly messages: readonly MessageFieldsFragment[];
  readonly reading: QueryStatus;
  readonly hasEarlier: boolean;
  readonly loadingEarlier: boolean;
  readonly loadEarlier: () => void;
  /** Put a message that was just sent in its place, before the stream brings it. */
  readonly add: (message: MessageFieldsFragment) => void;
}

/** A conversation with its newest messages, live, and a way back to the earlier ones (M7). */
export function useThread(id: string): Thread {
  const client = useClient();
  const [{ data }, again, reading] = useLiveQuery(ThreadQuery, { id, before: null });
  const [timeline, setTimeline] = useState<Timeline<MessageFieldsFragment>>({ messages: [] });
  const known = useRef(timeline); // several results may arrive before the next render
  const [loadingEarlier, setLoadingEarlier] = useState(false);
  const conversation = data === undefined ? undefined : conversationOf(data);
  const page = conversation?.messages;

  const show = useCallback((next: Timeline<MessageFieldsFragment>) => {
    known.current = next;
    setTimeline(next);
  }, []);
  useEffect(() => {
    if (page) show(withPage(known.current, page));
  }, [page, show]);

  const add = useCallback(
    (news: readonly MessageFieldsFragment[]) => {
      const joined = withNews(known.current, news);
      if (joined) show(joined);
      else again({ requestPolicy: "network-only" }); // some in between are missing
    },
    [show, again],
  );
  useStream(ConversationStream, { id }, ({ conversation: { messages } }) => add(messages));

  async function loadEarlier() {
    if (loadingEarlier || timeline.before === undefined) return;
    setLoadingEarlier(true);
    const variables = { id, before: timeline.before };
    const { data: earlier } = await client.query(ThreadQuery, variables, { requestPolicy: "network-only" }).toPromise();
    const found = earlier && conversationOf(earlier);
    if (found) show(withPage(known.current, found.messages));
    setLoadingEarlier(false);
  }

  return {
    conversation,
    reading,
    loadingEarlier,
    messages: timeline.messages,
    hasEarlier: timeline.before !== undefined,
    loadEarlier: () => void loadEarlier(),
    add: (message) => add([message]),
  };
}

function conversationOf({ node }: Data): Conversation | null {
  return node && "title" in node ? node : null;
}
