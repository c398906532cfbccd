import { Anchor, Badge, Group, Text } from "@mantine/core";
import { Link } from "react-router";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Page } from "../../components/Page";
import { Pager } from "../../components/Pager";
import { Section } from "../../components/Section";
import type { NotificationFieldsFragment } from "../../gql/graphql";
import { useLiveQuery } from "../../lib/live";
import { notifyFailure } from "../../lib/notifyFailure";
import { useCursors } from "../../lib/pages";
import { useStream } from "../../lib/stream";
import { Ago } from "../../lib/time";
import { accountOf } from "../session/roles";
import { useViewer } from "../session/session";
import {
  MarkAllNotificationsReadMutation,
  MarkNotificationReadMutation,
  NotificationsQuery,
  NotificationsStream,
} from "./inbox.graphql";

/** What happened that concerns a supplier or a couple, the newest first (M6). */
export function InboxPage() {
  const cursors = useCursors("");
  const [{ data }, again, reading] = useLiveQuery(NotificationsQuery, { after: cursors.after });
  const ask = () => again({ requestPolicy: "network-only" });
  useStream(NotificationsStream, {}, ask);
  const [state, markAll] = useMutation(MarkAllNotificationsReadMutation);
  const { role } = useViewer();
  const inbox = data?.notifications;

  async function readAll() {
    const { data: done, error } = await markAll({});
    if (!notifyFailure("Not marked as read", error, done?.markAllNotificationsRead.errors)) ask();
  }

  return (
    <Page
      title="Notifications"
      size="sm"
      aside={
        inbox &&
        inbox.unreadCount > 0 && (
          <Button variant="default" loading={state.fetching} onClick={() => void readAll()} data-testid="mark-all-read">
            Mark all as read
          </Button>
        )
      }
    >
      {/* Above the list, which moves what is below when it comes. */}
      <Text size="sm" c="dimmed">
        Choose your notifications in the app and by e-mail in the{" "}
        <Anchor component={Link} to={`${accountOf(role)}#notifications`} inherit>
          settings
        </Anchor>
        .
      </Text>
      <Section title="What is new" reading={reading}>
        {inbox?.nodes.length === 0 && <Text c="dimmed">{EMPTY[role === "COUPLE" ? "couple" : "supplier"]}</Text>}
        <ul className="bare">
          {inbox?.nodes.map((entry) => (
            <li key={entry.id} className="row">
              <Entry entry={entry} />
            </li>
          ))}
        </ul>
        {inbox && inbox.nodes.length > 0 && <Pager cursors={cursors} pageInfo={inbox.pageInfo} />}
      </Section>
    </Page>
  );
}

const EMPTY = {
  supplier: "Nothing yet. You will see here when a couple accepts or declines an invitation or writes to you.",
  couple: "Nothing yet. You will see here when you are connected with a supplier or one writes to you.",
};

/** Leads to what it is about, and is read from then on. */
function Entry({ entry: { id, kind, title, text, path, createdAt, readAt } }: { entry: NotificationFieldsFragment }) {
  const [, markRead] = useMutation(MarkNotificationReadMutation);
  return (
    <Link
      to={path}
      className="plain notification"
      data-testid="notification"
      data-kind={kind}
      data-read={readAt !== null}
      onClick={() => {
        if (!readAt) void markRead({ id });
      }}
    >
      <Group justify="space-between" wrap="nowrap" gap="xs" align="flex-start">
        <Text fw={readAt ? 500 : 700} style={{ overflowWrap: "anywhere" }}>
          {title}
        </Text>
        {!readAt && (
          <Badge size="sm" style={{ flex: "none" }}>
            New
          </Badge>
        )}
      </Group>
      <Text size="sm">{text}</Text>
      <Text size="xs" c="dimmed">
        <Ago at={createdAt} />
      </Text>
    </Link>
  );
}
