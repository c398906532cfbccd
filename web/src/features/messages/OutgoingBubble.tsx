import { Group, Text, VisuallyHidden } from "@mantine/core";

import { Button } from "../../components/Button";
import type { Outgoing } from "./outgoing";

interface Props {
  item: Outgoing;
  onResend: () => void;
  onDiscard: () => void;
}

/** A message on its way, or one that was not sent, with what can be done about it. */
export function OutgoingBubble({ item: { text, problem }, onResend, onDiscard }: Props) {
  return (
    <li className="message" data-mine data-testid="outgoing" data-state={problem === undefined ? "sending" : "failed"}>
      <div className="message-bubble" data-outgoing>
        <VisuallyHidden>You: </VisuallyHidden>
        <div className="message-text" dir="auto">
          {text}
        </div>
      </div>
      {problem === undefined ? (
        <Text size="xs" c="dimmed" role="status">
          Sending…
        </Text>
      ) : (
        <>
          <Text size="xs" c="var(--bad)" role="alert">
            Not sent. {problem}
          </Text>
          <Group gap="xs">
            <Button size="compact-xs" variant="light" sends onClick={onResend}>
              Send again
            </Button>
            <Button size="compact-xs" variant="default" onClick={onDiscard}>
              Discard
            </Button>
          </Group>
        </>
      )}
    </li>
  );
}
