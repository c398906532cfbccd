import { ActionIcon, Menu, Text, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconDots, IconFlag } from "@tabler/icons-react";
import { useMutation } from "urql";

import { ReasonModal } from "../../components/ReasonModal";
import type { MessageFieldsFragment } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { Ago } from "../../lib/time";
import { ReportMessageMutation } from "./messages.graphql";

/** One message of a conversation; those of the other side can be reported. */
export function MessageBubble({ message, title }: { message: MessageFieldsFragment; title: string }) {
  const { isMine, isHidden, text, hiddenReason, sentAt } = message;
  return (
    <li className="message" data-mine={isMine} data-testid="message">
      <div className="message-bubble">
        <VisuallyHidden>{isMine ? "You: " : `${title}: `}</VisuallyHidden>
        {isHidden ? (
          <Text size="sm" fs="italic" c="dimmed">
            Hidden by our team{hiddenReason && `: ${hiddenReason}`}
          </Text>
        ) : (
          <div className="message-text" dir="auto">
            {text}
          </div>
        )}
      </div>
      <div className="message-foot">
        <Text size="xs" c="dimmed">
          <Ago at={sentAt} />
        </Text>
        {!isMine && !isHidden && <More message={message} />}
      </div>
    </li>
  );
}

function More({ message }: { message: MessageFieldsFragment }) {
  const [asking, ask] = useDisclosure();
  const [, report] = useMutation(ReportMessageMutation);

  async function send(reason: string) {
    const { data, error } = await report({ input: { messageId: message.id, reason } });
    if (notifyFailure("Not reported", error, data?.reportMessage.errors)) return false;
    notifications.show({ color: "teal", message: "Reported. Our team looks at this message." });
    return true;
  }

  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label="More about this message">
            <IconDots size={14} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconFlag size={16} />} onClick={ask.open}>
            Report
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asking && (
        <ReasonModal
          title="Report a message"
          label="What is wrong with it?"
          required
          confirm="Report"
          onConfirm={send}
          onClose={ask.close}
        >
          Our team sees this message and what you write here, and no other messages.
        </ReasonModal>
      )}
    </>
  );
}
