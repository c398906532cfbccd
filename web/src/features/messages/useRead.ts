import { useEffect, useRef } from "react";
import { useMutation } from "urql";

import { isPageVisible, onPageReturn } from "../../lib/pageVisibility";
import { MarkConversationReadMutation } from "./messages.graphql";

interface Seen {
  readonly id: string;
  readonly readPosition: number;
  readonly unreadCount: number;
}

/** Marks messages as read once they are on a visible page. */
export function useRead(conversation: Seen | null | undefined, position: number): void {
  const [, mark] = useMutation(MarkConversationReadMutation);
  const said = useRef(0);
  const id = conversation?.id;
  const isUnread = conversation != null && conversation.unreadCount > 0 && position > conversation.readPosition;
  useEffect(() => {
    said.current = 0;
  }, [id]);
  useEffect(() => {
    if (!isUnread || id === undefined) return undefined;
    function read() {
      if (!isPageVisible() || said.current >= position) return;
      said.current = position;
      void mark({ input: { conversationId: id ?? "", position } }).then(({ error }) => {
        if (error) said.current = 0; // said again with the next message, or when the page is looked at again
      });
    }
    read();
    return onPageReturn(read);
  }, [id, isUnread, position, mark]);
}
