import "./messages.css";

import { Text } from "@mantine/core";
import { useParams } from "react-router";

import { Page } from "../../components/Page";
import { useViewer } from "../session/session";
import { ConversationList } from "./ConversationList";
import { pathOf } from "./paths";
import { Thread } from "./Thread";

const EMPTY = {
  supplier: "Nobody to write to yet. Once a couple has accepted your invitation, you can write to each other here.",
  couple:
    "Nobody to write to yet. Once you have accepted the invitation of a supplier, you can write to each other here.",
};

/** The conversations of a supplier or a couple; on wide screens the list stays beside the one that is open (M7). */
export function MessagesPage() {
  const { id } = useParams();
  const { role } = useViewer();
  const path = pathOf(role);
  return (
    <Page title="Messages">
      <div className="conversations" data-open={id !== undefined}>
        <div className="conversations-list">
          <ConversationList path={path} empty={role === "COUPLE" ? EMPTY.couple : EMPTY.supplier} />
        </div>
        <div className="conversations-thread">
          {id === undefined ? (
            <Text c="dimmed" ta="center" py="xl">
              Choose a conversation.
            </Text>
          ) : (
            <Thread key={id} id={id} back={path} />
          )}
        </div>
      </div>
    </Page>
  );
}
