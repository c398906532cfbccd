import { Anchor } from "@mantine/core";
import { Link } from "react-router";

import { shownCount } from "./unread";

interface Props {
  conversation: { id: string; unreadCount: number };
  path: string;
}

/** The way from a client or a supplier to what was said. */
export function ToMessages({ conversation: { id, unreadCount }, path }: Props) {
  return (
    <Anchor component={Link} to={`${path}/${id}`} size="sm" data-testid="to-messages">
      {unreadCount > 0 ? `Messages (${shownCount(unreadCount)} unread)` : "Messages"}
    </Anchor>
  );
}
