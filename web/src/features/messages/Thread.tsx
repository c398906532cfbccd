import "./messages.css";

import { Alert, Badge, Box, Card, Group, Stack, Text, Title } from "@mantine/core";
import { useLayoutEffect, useRef } from "react";

import { Button, LinkButton } from "../../components/Button";
import { Failed } from "../../components/Failed";
import { LoadingSkeleton } from "../../components/LoadingSkeleton";
import { useViewer } from "../session/session";
import { Composer } from "./Composer";
import { Contacts } from "./Contacts";
import { MessageBubble } from "./MessageBubble";
import { OutgoingBubble } from "./OutgoingBubble";
import { useOutgoing } from "./useOutgoing";
import { useRead } from "./useRead";
import { type Thread as State, useThread } from "./useThread";

/** A conversation: what was said, and where to answer (M7). */
export function Thread({ id, back }: { id: string; back: string }) {
  const thread = useThread(id);
  const { conversation, reading } = thread;
  return (
    <Card
      component="section"
      className="thread"
      aria-label={conversation?.title ?? "Conversation"}
      data-testid="thread"
    >
      {reading.error !== undefined && <Failed what="Conversation" reading={reading} />}
      {conversation === undefined && reading.error === undefined && (
        <LoadingSkeleton what="Conversation" height={240} holds />
      )}
      {conversation === null && (
        <Stack>
          <Text role="alert">There is no such conversation.</Text>
          <Group>
            <LinkButton to={back} variant="light">
              All messages
            </LinkButton>
          </Group>
        </Stack>
      )}
      {conversation && <Open thread={thread} conversation={conversation} back={back} />}
    </Card>
  );
}

function Open({
  thread,
  conversation,
  back,
}: {
  thread: State;
  conversation: NonNullable<State["conversation"]>;
  back: string;
}) {
  const { id, title, isOpen, partnership } = conversation;
  const own = useViewer().role;
  const { messages, hasEarlier, loadingEarlier, loadEarlier, add } = thread;
  const sending = useOutgoing(id, add);
  useRead(conversation, messages.at(-1)?.position ?? 0);
  const log = useStayingAtTheEnd(messages.length + sending.items.length, messages[0]?.position);
  return (
    <>
      <Stack gap={4} className="thread-head">
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Title order={2} size="h4" style={{ overflowWrap: "anywhere" }}>
            {title}
          </Title>
          {!isOpen && (
            <Badge variant="light" color="gray">
              Ended
            </Badge>
          )}
        </Group>
        {partnership && <Contacts contacts={partnership.contacts.filter(({ side }) => side !== own)} />}
        <Group hiddenFrom="sm">
          <LinkButton to={back} size="compact-xs" variant="default">
            All messages
          </LinkButton>
        </Group>
      </Stack>
      <Box ref={log} className="thread-log" role="log" aria-label={`Messages with ${title}`} tabIndex={0}>
        {hasEarlier && (
          <Group justify="center" mb="sm">
            <Button size="xs" variant="default" loading={loadingEarlier} onClick={loadEarlier}>
              Earlier messages
            </Button>
          </Group>
        )}
        {messages.length + sending.items.length === 0 && (
          <Text c="dimmed" ta="center" py="lg">
            {isOpen ? "No messages yet. Say hello." : "No messages were sent."}
          </Text>
        )}
        <ol className="messages">
          {messages.map((message) => (
            <MessageBubble key={message.position} message={message} title={title} />
          ))}
          {sending.items.map((item) => (
            <OutgoingBubble
              key={item.key}
              item={item}
              onResend={() => sending.resend(item)}
              onDiscard={() => sending.discard(item)}
            />
          ))}
        </ol>
      </Box>
      {isOpen ? (
        <Box className="thread-form">
          <Composer conversationId={id} title={title} onSend={sending.send} />
        </Box>
      ) : (
        <Alert color="gray" data-testid="conversation-ended">
          This connection has ended. You can read what was said, and write no more.
        </Alert>
      )}
    </>
  );
}

const NEAR_END = 80; // pixels

/** Scrolls to what is new, unless the reader has gone back; earlier messages push nothing that is shown. */
function useStayingAtTheEnd(count: number, first: number | undefined) {
  const log = useRef<HTMLDivElement>(null);
  const before = useRef({ height: 0, first });
  useLayoutEffect(() => {
    const element = log.current;
    if (!element) return;
    const { height, first: shownFirst } = before.current;
    const grown = element.scrollHeight - height;
    if (first !== shownFirst && shownFirst !== undefined && first !== undefined && first < shownFirst)
      element.scrollTop += grown;
    else if (height === 0 || height - element.scrollTop - element.clientHeight < NEAR_END)
      element.scrollTop = element.scrollHeight;
    before.current = { height: element.scrollHeight, first };
  }, [count, first]);
  return log;
}
