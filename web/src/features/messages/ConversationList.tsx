import { Badge, Group, Text } from "@mantine/core";
import { NavLink } from "react-router";

import { Pager } from "../../components/Pager";
import { Section } from "../../components/Section";
import type { ConversationsQuery as Data } from "../../gql/graphql";
import { useLiveQuery } from "../../lib/live";
import { useCursors } from "../../lib/pages";
import { useStream } from "../../lib/stream";
import { Ago } from "../../lib/time";
import { ConversationsQuery, ConversationsStream } from "./messages.graphql";
import { shownCount } from "./unread";

type Item = Data["conversations"]["nodes"][number];

/** All conversations of the viewer, those with the newest activity first. */
export function ConversationList({ path, empty }: { path: string; empty: string }) {
  const cursors = useCursors("");
  const [{ data }, again, reading] = useLiveQuery(ConversationsQuery, { after: cursors.after });
  useStream(ConversationsStream, {}, ({ conversations: { changed } }) => {
    if (changed) again({ requestPolicy: "network-only" }); // its place in the list may be another one
  });
  const found = data?.conversations;
  return (
    <Section title="Conversations" reading={reading}>
      {found?.nodes.length === 0 && <Text c="dimmed">{empty}</Text>}
      <ul className="bare">
        {found?.nodes.map((item) => (
          <li key={item.id} className="row">
            <Entry item={item} path={path} />
          </li>
        ))}
      </ul>
      {found && found.nodes.length > 0 && <Pager cursors={cursors} pageInfo={found.pageInfo} />}
    </Section>
  );
}

function Entry({
  item: { id, title, unreadCount, isOpen, lastMessage, lastActivityAt },
  path,
}: {
  item: Item;
  path: string;
}) {
  return (
    <NavLink to={`${path}/${id}`} className="plain conversation" data-testid="conversation">
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text fw={unreadCount > 0 ? 700 : 500} truncate>
          {title}
        </Text>
        {unreadCount > 0 && (
          <Badge size="sm" aria-label={`${shownCount(unreadCount)} unread`}>
            {shownCount(unreadCount)}
          </Badge>
        )}
      </Group>
      <Text size="sm" c="dimmed" truncate>
        {lastMessage ? preview(lastMessage) : "No messages yet"}
      </Text>
      <Text size="xs" c="dimmed">
        <Ago at={lastActivityAt} />
        {!isOpen && " · Ended"}
      </Text>
    </NavLink>
  );
}

function preview({ isMine, text }: NonNullable<Item["lastMessage"]>): string {
  return `${isMine ? "You: " : ""}${text ?? "Hidden by our team"}`;
}
