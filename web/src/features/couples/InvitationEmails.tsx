import { Card, Switch } from "@mantine/core";
import { useMutation, useQuery } from "urql";

import { succeeded } from "../../lib/outcome";
import { InvitationEmailsQuery, SetInvitationEmailsMutation } from "../session/partners.graphql";

/** Invitations of suppliers by e-mail, from all of them or from none (M4). */
export function InvitationEmails() {
  const [{ data }, again] = useQuery({ query: InvitationEmailsQuery, requestPolicy: "cache-and-network" });
  const [state, set] = useMutation(SetInvitationEmailsMutation);
  if (data === undefined) return null;

  async function change(enabled: boolean) {
    const { data: done, error } = await set({ enabled });
    if (succeeded("Not saved", error, done?.setInvitationEmails.errors)) again({ requestPolicy: "network-only" });
  }

  return (
    <Card>
      <Switch
        label="Suppliers may invite me by e-mail" checked={data.invitationEmailsEnabled} disabled={state.fetching}
        data-testid="invitation-emails" onChange={(event) => void change(event.currentTarget.checked)}
      />
    </Card>
  );
}
