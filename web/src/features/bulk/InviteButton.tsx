import { useState } from "react";
import { useNavigate } from "react-router";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { useIdempotencyKeys } from "../../lib/ids";
import { notifyFailure } from "../../lib/notifyFailure";
import { counted } from "../../lib/format";
import { useAccess } from "../access/access";
import { InviteClientsMutation } from "./bulk.graphql";

interface Props {
  /** Only the clients of this import; undefined: all clients without an invitation. */
  importId?: string;
  count: number;
}

/** Invites many clients at once, after a confirmation: e-mails cannot be recalled. */
export function InviteButton({ importId, count }: Props) {
  const [asking, setAsking] = useState(false);
  const [, invite] = useMutation(InviteClientsMutation);
  const { allows } = useAccess();
  const keys = useIdempotencyKeys();
  const navigate = useNavigate();
  if (!allows("mvp_client_invitations") || count === 0) return null;

  async function start() {
    const wanted = { importId: importId ?? null };
    const { data, error } = await invite({ input: { ...wanted, idempotencyKey: keys.keyOf(wanted) } });
    if (notifyFailure("Not invited", error, data?.inviteClients.errors)) return;
    keys.done();
    await navigate("/clients");
  }

  return (
    <>
      <Button
        variant="light"
        onClick={() => setAsking(true)}
        data-testid="invite-all"
      >{`Invite ${counted(count, "client")}`}</Button>
      {asking && (
        <ConfirmDialog
          title={`Invite ${counted(count, "client")}?`}
          confirm="Send the invitations"
          onConfirm={start}
          onClose={() => setAsking(false)}
        >
          Each gets an e-mail with a link of their own. They leave within the limit of your account, over several days
          if need be; you can stop those that have not left.
        </ConfirmDialog>
      )}
    </>
  );
}
