import { useMutation } from "urql";

import { ConfirmDialog } from "../../components/ConfirmDialog";
import { notifyFailure } from "../../lib/notifyFailure";
import { BlockPartnerMutation } from "../session/partners.graphql";

/** Blocks the couple of a client, with which a supplier is connected (M4). */
export function KeepAwayDialog({ partnershipId, onClose }: { partnershipId: string; onClose: () => void }) {
  const [, block] = useMutation(BlockPartnerMutation);

  async function confirm() {
    const { data, error } = await block({ id: partnershipId });
    notifyFailure("Not blocked", error, data?.blockPartner.errors);
  }

  return (
    <ConfirmDialog title="Block" confirm="Block" onConfirm={confirm} onClose={onClose}>
      Ends the connection, of which the couple is told. You cannot connect again until you unblock it in your settings.
    </ConfirmDialog>
  );
}
