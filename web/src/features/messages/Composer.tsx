import { ActionIcon, Group, Text, Textarea } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { type KeyboardEvent, type SubmitEvent, useState } from "react";

import { Form } from "../../components/Form";
import { useDraft } from "../../lib/useDraft";
import { counted } from "../../lib/format";
import { bytesTooMany } from "./limits";

interface Props {
  conversationId: string;
  title: string;
  onSend: (text: string) => void;
}

/** Where a message is written. What is not sent stays, also over a reload. */
export function Composer({ conversationId, title, onSend }: Props) {
  const [text, setText] = useState("");
  const draft = useDraft(`message:${conversationId}`, { text }, (before) => setText(before.text), text !== "", {
    guards: false,
  });
  const excess = bytesTooMany(text);

  function send() {
    if (text.trim() === "" || excess > 0) return;
    onSend(text);
    draft.done();
    setText("");
  }

  function submit(event: SubmitEvent) {
    event.preventDefault();
    send();
  }

  function press(event: KeyboardEvent) {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    if (!event.ctrlKey && !event.metaKey && !matchMedia("(pointer: fine)").matches) return; // a phone's Enter is a new line
    event.preventDefault();
    send();
  }

  return (
    <Form draft={draft} onSubmit={submit}>
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <Textarea
          flex={1}
          autosize
          minRows={1}
          maxRows={6}
          placeholder="Write a message"
          aria-label={`Message to ${title}`}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={press}
          data-testid="message-text"
          error={excess > 0 && `${counted(excess, "byte")} too long: send it in two messages.`}
        />
        <ActionIcon
          type="submit"
          size={36}
          aria-label="Send"
          aria-disabled={text.trim() === "" || excess > 0}
          data-testid="send-message"
        >
          <IconSend size={18} aria-hidden />
        </ActionIcon>
      </Group>
      <Text size="xs" c="dimmed" mt={4} visibleFrom="sm">
        Enter sends, Shift + Enter begins a new line.
      </Text>
    </Form>
  );
}
