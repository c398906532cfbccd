import { Switch } from "@mantine/core";
import { useMutation, useQuery } from "urql";

import { Section } from "../../components/Section";
import { notifyFailure } from "../../lib/notifyFailure";
import { useQueryStatus } from "../../lib/queryStatus";
import { InvitationEmailsQuery, SetInvitationEmailsMutation } from "../session/partners.graphql";

/** Invitations of suppliers by e-mail, from all of them or from none (M4). */
export function InvitationEmails() {
  const response = useQuery({ query: InvitationEmailsQuery, requestPolicy: "cache-and-network" });
  const [{ data }, again] = response;
  const reading = useQueryStatus(response);
  const [state, set] = useMutation(SetInvitationEmailsMutation);

  async function change(enabled: boolean) {
    const { data: done, error } = await set({ enabled });
    if (!notifyFailure("Not saved", error, done?.setInvitationEmails.errors)) again({ requestPolicy: "network-only" });
  }

  return (
    <Section title="Invitations" reading={reading} height={24}>
      {data && (
        <Switch
          label="Suppliers may invite me by e-mail"
          checked={data.invitationEmailsEnabled}
          disabled={state.fetching}
          data-testid="invitation-emails"
          onChange={(event) => void change(event.currentTarget.checked)}
        />
      )}
    </Section>
  );
}
