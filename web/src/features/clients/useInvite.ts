import { type CombinedError, useMutation } from "urql";

import type { ClientFieldsFragment, InvitationChannel } from "../../gql/graphql";
import type { FieldFailure } from "../../lib/forms";
import { useIdempotencyKeys } from "../../lib/ids";
import { InviteClientMutation, ResendInvitationMutation } from "./clients.graphql";
import { isPending } from "./status";

export interface Sent {
  /** Shown now, and not once the page was left. */
  readonly url: string | undefined;
  readonly channel: InvitationChannel;
  readonly email: string | null;
  /** What is in its way already, such as that no e-mail is sent. */
  readonly hint: string | undefined;
}

interface Outcome {
  readonly error: CombinedError | undefined;
  readonly errors: readonly FieldFailure[] | undefined;
}

/** Invites a client, or sends a pending invitation again with a new link. */
export function useInvite(client: Pick<ClientFieldsFragment, "id" | "invitation">, onSent: (sent: Sent) => void) {
  const [inviting, invite] = useMutation(InviteClientMutation);
  const [resending, resend] = useMutation(ResendInvitationMutation);
  const keys = useIdempotencyKeys();
  const busy = inviting.fetching || resending.fetching;

  async function first(channel: InvitationChannel, email: string | null) {
    const wish = { clientId: client.id, channel, email };
    const { data, error } = await invite({ ...wish, idempotencyKey: keys.keyOf(wish) });
    return { payload: data?.inviteClient, error };
  }

  async function again(id: string) {
    const { data, error } = await resend({ id });
    return { payload: data?.resendInvitation, error };
  }

  async function send(channel: InvitationChannel, email: string | null): Promise<Outcome> {
    const { payload, error } = await (isPending(client) && client.invitation
      ? again(client.invitation.id)
      : first(channel, email));
    const invitation = payload?.invitation;
    if (invitation) {
      onSent({
        url: invitation.acceptUrl ?? undefined,
        channel: invitation.channel,
        email: invitation.email ?? null,
        hint: invitation.hint?.message,
      });
    }
    return { error, errors: payload?.errors };
  }

  return { busy, send };
}
