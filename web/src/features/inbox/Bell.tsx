import "./inbox.css";

import { ActionIcon, Badge } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { Link } from "react-router";

import { useLiveQuery } from "../../lib/live";
import { useStream } from "../../lib/stream";
import { NotificationCountQuery, NotificationsStream } from "./inbox.graphql";

/** The way to the inbox, with how much in it is unread, live (M6). */
export function Bell({ path }: { path: string }) {
  const [{ data }] = useLiveQuery(NotificationCountQuery, {});
  useStream(NotificationsStream, {}); // its results reach the query by the cache
  const unread = data?.notifications.unreadCount ?? 0;
  return (
    <ActionIcon
      component={Link}
      to={path}
      variant="subtle"
      color="gray"
      className="bell"
      data-testid="bell"
      aria-label={unread > 0 ? `Notifications: ${unread} unread` : "Notifications"}
    >
      <IconBell size={18} aria-hidden />
      {unread > 0 && (
        <Badge size="xs" className="bell-count" data-testid="bell-count" aria-hidden>
          {unread > 99 ? "99+" : unread}
        </Badge>
      )}
    </ActionIcon>
  );
}
