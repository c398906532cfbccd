import { Group, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { CopyLink } from "../../components/CopyLink";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import type { PartnerFieldsFragment } from "../../gql/graphql";
import { orNull, placed } from "../../lib/forms";
import { useIdempotencyKeys } from "../../lib/ids";
import { notifyFailure } from "../../lib/notifyFailure";
import { Moment } from "../../lib/time";
import { useFormDraft } from "../../lib/useDraft";
import { InviteToCoupleMutation, RevokeCoupleInvitationMutation } from "./partner.graphql";

type Invitation = NonNullable<PartnerFieldsFragment["partnerInvitation"]>;

interface Props {
  invitation: Invitation | null | undefined;
  onChanged: () => void;
}

/** The second partner gets an account of their own, by an e-mail or by a link to hand over (M9). */
export function InvitePartner({ invitation, onChanged }: Props) {
  const [link, setLink] = useState<string>();
  const pending = invitation && (invitation.status === "SENT" || invitation.status === "OPENED");
  return (
    <Stack gap="sm">
      {pending && <Pending invitation={invitation} onChanged={onChanged} />}
      {link && <CopyLink label="Link for your partner" url={link} />}
      {!pending && invitation?.status === "DECLINED" && (
        <Text size="sm">Your partner said no to the last invitation.</Text>
      )}
      {!pending && invitation?.status === "EXPIRED" && <Text size="sm">The last invitation has expired.</Text>}
      <InviteForm again={Boolean(pending)} onLink={setLink} onChanged={onChanged} />
    </Stack>
  );
}

function Pending({ invitation, onChanged }: { invitation: Invitation; onChanged: () => void }) {
  const [state, revoke] = useMutation(RevokeCoupleInvitationMutation);

  async function takeBack() {
    const { data, error } = await revoke({ id: invitation.id });
    if (!notifyFailure("Not taken back", error, data?.revokeCoupleInvitation.errors)) onChanged();
  }

  return (
    <Group justify="space-between" gap="xs" data-testid="partner-invited">
      <Text size="sm" flex="1 1 14rem" miw={0} style={{ overflowWrap: "anywhere" }}>
        {invitation.email ? (
          <>
            We have written to <b>{invitation.email}</b>.
          </>
        ) : (
          "Your link waits for your partner."
        )}{" "}
        It is valid until <Moment at={invitation.expiresAt} style="day" />.
      </Text>
      <Button sends size="xs" variant="default" loading={state.fetching} onClick={() => void takeBack()}>
        Take it back
      </Button>
    </Group>
  );
}

interface FormProps {
  again: boolean;
  onLink: (link: string | undefined) => void;
  onChanged: () => void;
}

function InviteForm({ again, onLink, onChanged }: FormProps) {
  const [state, invite] = useMutation(InviteToCoupleMutation);
  const [problem, setProblem] = useState<string>();
  const keys = useIdempotencyKeys();
  const form = useForm({
    initialValues: { email: "" },
    validate: { email: (value) => (value.trim() ? null : "Enter your partner's e-mail, or create a link.") },
  });
  const draft = useFormDraft("invite-partner", form);

  async function send(email: string | null) {
    if (state.fetching) return;
    const { data, error } = await invite({ input: { email, idempotencyKey: keys.keyOf(email) } });
    const payload = data?.inviteToCouple;
    setProblem(placed(form, error, payload?.errors));
    if (!payload?.invitation) return;
    keys.done();
    draft.done();
    form.reset();
    onLink(email ? undefined : (payload.invitation.acceptUrl ?? undefined));
    onChanged();
  }

  return (
    <Form draft={draft} noValidate onSubmit={form.onSubmit(({ email }) => void send(orNull(email)))}>
      <Stack gap="sm">
        <TextInput
          label="Your partner's e-mail"
          type="email"
          autoComplete="off"
          data-testid="partner-email"
          {...form.getInputProps("email")}
        />
        <FormProblem>{problem}</FormProblem>
        <Group gap="xs">
          <Button type="submit" sends loading={state.fetching} data-testid="invite-partner-btn">
            {again ? "Invite again" : "Invite your partner"}
          </Button>
          <Button sends variant="subtle" onClick={() => void send(null)} data-testid="partner-link-btn">
            Create a link instead
          </Button>
        </Group>
        {again && (
          <Text size="xs" c="dimmed">
            A new invitation ends the one before.
          </Text>
        )}
      </Stack>
    </Form>
  );
}
