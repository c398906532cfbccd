import { Anchor, List, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";

import { Section } from "../../components/Section";
import { Moment } from "../../lib/time";
import { useAccess } from "../access/access";
import type { Business, Unread } from "./business";

interface Props {
  business: Business;
  unread: Unread;
}

/** What waits for the supplier, the most urgent first; each line leads to where it is done (U12). */
export function ToDo({ business, unread }: Props) {
  const { allows } = useAccess();
  const items: ReactNode[] = unread
    .filter(({ unreadCount }) => unreadCount > 0)
    .map(({ id, title }) => (
      <List.Item key={id} data-testid="todo-unread">
        <Anchor component={Link} to={`/messages/${id}`} size="sm" style={{ overflowWrap: "anywhere" }}>
          Answer {title}
        </Anchor>
      </List.Item>
    ));
  if (allows("mvp_client_management")) {
    for (const { id, client, expiresAt } of business.endingInvitations) {
      items.push(
        <List.Item key={id} data-testid="todo-ending">
          <Anchor component={Link} to="/clients?status=invited" size="sm" style={{ overflowWrap: "anywhere" }}>
            Remind {client.coupleNames}
          </Anchor>
          <Text span size="sm" c="dimmed">
            {" "}
            · the invitation ends on <Moment at={expiresAt} style="day" />
          </Text>
        </List.Item>,
      );
    }
    const waiting = business.added.totalCount;
    if (waiting > 0) {
      items.push(
        <List.Item key="added" data-testid="todo-invite">
          <Anchor component={Link} to="/clients?status=added" size="sm">
            {waiting === 1 ? "Invite one client" : `Invite ${waiting.toLocaleString()} clients`}
          </Anchor>
        </List.Item>,
      );
    }
  }
  return (
    <Section title="To do">
      {items.length > 0 ? (
        <List spacing={6}>{items}</List>
      ) : (
        <Text c="dimmed" size="sm">
          Nothing is waiting for you.
        </Text>
      )}
    </Section>
  );
}
