import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";

import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { PageHead } from "../../components/PageHead";
import { useViewer } from "../session/session";
import { CreateTokenDialog } from "./CreateTokenDialog";
import { TokenList } from "./TokenList";

/** Keys for tools (A41). */
export function TokensPage() {
  const [creating, dialog] = useDisclosure();
  if (useViewer().role !== "ADMIN") {
    return (
      <Notice
        title="Only admins manage API tokens"
        text="Ask an admin for one: it holds no more rights than it needs."
      />
    );
  }
  return (
    <>
      <PageHead
        title="API tokens"
        text="Each tool gets a token of its own, with no more rights than it needs. A secret is shown once."
      >
        <Button size="xs" leftSection={<IconPlus size={14} />} onClick={dialog.open}>
          Create a token
        </Button>
      </PageHead>
      <TokenList />
      {creating && <CreateTokenDialog onClose={dialog.close} />}
    </>
  );
}
