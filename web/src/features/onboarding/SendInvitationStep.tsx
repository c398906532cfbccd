import { Alert, NativeSelect, Stack, Text } from "@mantine/core";
import { IconConfetti } from "@tabler/icons-react";
import { useState } from "react";

import { Button, LinkButton } from "../../components/Button";
import { FormProblem } from "../../components/FormProblem";
import type { ClientFieldsFragment } from "../../gql/graphql";
import { placed } from "../../lib/forms";
import { useForm } from "@mantine/form";
import { SentNote } from "../clients/InviteDialog";
import { isPending } from "../clients/status";
import { type Sent, useInvite } from "../clients/useInvite";
import type { Setup } from "./setup";

/** The first value: a couple gets its invitation, by e-mail where there is one, else by a link (S86). */
export function SendInvitationStep({ supplier }: { supplier: Setup }) {
  const { nodes } = supplier.clients;
  const [chosen, setChosen] = useState<string>();
  const [sent, setSent] = useState<Sent>();
  const client = nodes.find(({ id }) => id === chosen) ?? nodes.find(({ status }) => status === "ADDED") ?? nodes[0];
  const isComplete = supplier.onboarding.completedAt != null;
  return (
    <Stack>
      {isComplete && <Complete />}
      {sent ? (
        <SentNote sent={sent} />
      ) : (
        <>
          {nodes.length > 1 && !isComplete && (
            <NativeSelect
              label="Client"
              value={client?.id ?? ""}
              onChange={(event) => setChosen(event.currentTarget.value)}
              data={nodes.map(({ id, coupleNames }) => ({ value: id, label: coupleNames }))}
            />
          )}
          {client && !isComplete && <Send client={client} key={client.id} onSent={setSent} />}
        </>
      )}
      {isComplete && <LinkButton to="/dashboard">To your dashboard</LinkButton>}
    </Stack>
  );
}

function Send({ client, onSent }: { client: ClientFieldsFragment; onSent: (sent: Sent) => void }) {
  const { busy, send } = useInvite(client, onSent);
  const [problem, setProblem] = useState<string>();
  const form = useForm({ initialValues: {} });

  async function submit() {
    if (busy) return;
    const { error, errors } = await send(client.email ? "EMAIL" : "LINK", client.email ?? null);
    setProblem(placed(form, error, errors));
  }

  return (
    <>
      <Text>
        {client.email ? (
          <>
            We write to <b>{client.email}</b> and invite {client.coupleNames} to WedMe.
          </>
        ) : (
          <>
            You get a link for <b>{client.coupleNames}</b> to share, in a message or on paper.
          </>
        )}
      </Text>
      <FormProblem>{problem}</FormProblem>
      <Button sends loading={busy} onClick={() => void submit()} data-testid="send-invitation-btn">
        {isPending(client) ? "Send it again" : client.email ? "Send the invitation" : "Create the link"}
      </Button>
    </>
  );
}

function Complete() {
  return (
    <Alert color="teal" icon={<IconConfetti />} title="You are set up" role="status" data-testid="onboarding-complete">
      Your first couple is invited. Here and under Clients you see when they open the invitation and connect.
    </Alert>
  );
}
