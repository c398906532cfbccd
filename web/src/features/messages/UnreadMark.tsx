import { Badge } from "@mantine/core";
import { useState } from "react";

import { useStream } from "../../lib/stream";
import { counted } from "../../lib/format";
import { ConversationsStream } from "./messages.graphql";
import { shownCount } from "./unread";

/** How many conversations hold something unread, live; nothing where there is none. */
export function UnreadMark() {
  const [unread, setUnread] = useState(0);
  useStream(ConversationsStream, {}, ({ conversations }) => setUnread(conversations.unreadConversations));
  if (unread === 0) return null;
  return (
    <Badge
      size="xs"
      circle={unread < 10}
      role="status"
      data-testid="unread-mark"
      aria-label={counted(unread, "unread conversation")}
    >
      {shownCount(unread)}
    </Badge>
  );
}
