import { Anchor, Checkbox, Group, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { type ReactNode, useRef, useState } from "react";
import { Link } from "react-router";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import { orNull, placed } from "../../lib/forms";
import { notifyFailure } from "../../lib/notifyFailure";
import { repeatKeys } from "../../lib/repeatKeys";
import { Moment } from "../../lib/time";
import { useFormDraft } from "../../lib/useDraft";
import { Consent, useConsent } from "../legal/Consent";
import { LogInLinkButton } from "../session/LogInLinkButton";
import { useSession } from "../session/session";
import type { Connection } from "./Connected";
import { AcceptInvitationMutation, DeclineInvitationMutation, OpenInvitationMutation } from "./invitations.graphql";
import { acceptance, type Preview } from "./preview";

interface Props {
  code: string;
  preview: Preview;
  onConnected: (connection: Connection) => void;
  onDeclined: () => void;
}

/** Names, the day, and an e-mail only where the invitation has none (decision 12). */
export function AcceptForm({ code, preview, onConnected, onDeclined }: Props) {
  const { viewer, renew } = useSession();
  const [state, accept] = useMutation(AcceptInvitationMutation);
  const [problem, setProblem] = useState<ReactNode>();
  const [mismatch, setMismatch] = useState<string>();
  const [knownAs, setKnownAs] = useState<string>();
  const [mailed, setMailed] = useState(false);
  const opened = useOpened(code);
  const consent = useConsent();
  const form = useForm({
    initialValues: { ...known(viewer ? null : preview), email: "", password: "", confirmed: false },
    validate: {
      partner1Name: (value) => (viewer || value.trim() ? null : "Enter your name."),
      partner2Name: (value) => (viewer || value.trim() ? null : "Enter your partner's name."),
    },
  });
  const draft = useFormDraft(`accept:${code}`, form, { secrets: ["password", "confirmed"], guards: false });

  async function submit({ confirmed, ...values }: typeof form.values) {
    if (state.fetching) return;
    const given = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, orNull(value)]));
    const key = viewer ? null : repeatKeys.of(acceptance(code));
    const { data, error } = await accept({
      input: {
        code,
        ...given,
        confirmEmailMismatch: confirmed,
        idempotencyKey: key,
        acceptedDocuments: viewer ? null : (consent ?? null),
      },
    });
    const payload = data?.acceptInvitation;
    setMismatch(payload?.errors.find((failure) => failure.code === "EMAIL_MISMATCH")?.message);
    const taken = payload?.errors.find((failure) => failure.code === "UNIQUE");
    setKnownAs(taken && (values.email || undefined));
    setProblem(taken ? wayOn(taken.message, code) : placed(form, error, payload?.errors));
    if (!payload?.partnership) return;
    draft.done();
    repeatKeys.drop(acceptance(code));
    onConnected({
      supplier: payload.partnership.supplier.businessName ?? preview.supplierName,
      email: payload.session?.user.email ?? undefined,
      hasPassword: values.password !== "" || viewer != null,
      warnings: payload.warnings,
    });
    await renew();
  }

  return (
    // The first touch by a person is what the supplier sees as "opened"; a scanner touches nothing.
    <Form
      draft={draft}
      noValidate
      onSubmit={form.onSubmit((values) => void submit(values))}
      onPointerDown={opened}
      onKeyDown={opened}
      onInput={opened}
    >
      <Stack>
        {viewer ? (
          <Text>
            You are logged in as <b>{viewer.email}</b>: one click connects you.
          </Text>
        ) : (
          <>
            <TextInput
              label="Your name"
              required
              maxLength={200}
              autoComplete="name"
              data-testid="partner1-name"
              {...form.getInputProps("partner1Name")}
            />
            <TextInput
              label="Your partner's name"
              required
              maxLength={200}
              autoComplete="off"
              data-testid="partner2-name"
              {...form.getInputProps("partner2Name")}
            />
            <TextInput
              label="Wedding date"
              type="date"
              data-testid="wedding-date"
              {...form.getInputProps("weddingDate")}
            />
            {preview.needsEmail ? (
              <TextInput
                label="E-mail"
                description="What you will log in with"
                type="email"
                required
                autoComplete="username"
                data-testid="email"
                {...form.getInputProps("email")}
              />
            ) : (
              <Text size="sm" c="dimmed">
                You will log in with {preview.maskedEmail}.
              </Text>
            )}
            <PasswordInput
              label="Password"
              description="At least 10 characters; or leave it empty and set it later"
              autoComplete="new-password"
              {...form.getInputProps("password")}
            />
          </>
        )}
        {!viewer && <Consent action="Create our account" />}
        {mismatch && (
          <Checkbox
            label="This invitation is meant for me"
            description={mismatch}
            {...form.getInputProps("confirmed", { type: "checkbox" })}
          />
        )}
        <FormProblem>{mismatch ? undefined : problem}</FormProblem>
        {knownAs && !mailed && <LogInLinkButton email={knownAs} invitation={code} onMailed={() => setMailed(true)} />}
        {mailed && (
          <Text role="status">
            We have written to <b>{knownAs}</b>. The link leads back to this invitation.
          </Text>
        )}
        <Button type="submit" size="md" loading={state.fetching} data-testid="create-account-btn">
          {viewer ? "Connect" : "Create our account"}
        </Button>
        <Group justify="space-between">
          <Text size="xs" c="dimmed">
            Valid until <Moment at={preview.expiresAt} style="day" />
          </Text>
          <Decline code={code} supplier={preview.supplierName} onDeclined={onDeclined} />
        </Group>
        {!viewer && (
          <Text size="sm" ta="center">
            Already have an account?{" "}
            <Anchor component={Link} to={`/login?next=/accept/${code}`} size="sm">
              Log in first
            </Anchor>
          </Text>
        )}
      </Stack>
    </Form>
  );
}

/** What the supplier has typed, to be corrected; nothing for a couple that has said it already. */
function known(preview: Preview | null) {
  const { partner1Name, partner2Name, weddingDate } = preview ?? {};
  return { partner1Name: partner1Name ?? "", partner2Name: partner2Name ?? "", weddingDate: weddingDate ?? "" };
}

function useOpened(code: string): () => void {
  const [, open] = useMutation(OpenInvitationMutation);
  const told = useRef(false);
  return () => {
    if (told.current) return;
    told.current = true;
    void open({ code });
  };
}

/** An e-mail that has an account already: the way on is to log in, then to come back. */
function wayOn(message: string, code: string): ReactNode {
  return (
    <>
      {message}{" "}
      <Anchor c="inherit" component={Link} to={`/login?next=/accept/${code}`}>
        Log in
      </Anchor>
    </>
  );
}

function Decline({ code, supplier, onDeclined }: { code: string; supplier: string; onDeclined: () => void }) {
  const [, decline] = useMutation(DeclineInvitationMutation);
  const [asking, dialog] = useDisclosure();

  async function say() {
    const { data, error } = await decline({ code });
    if (!notifyFailure("Not sent", error, data?.declineInvitation.errors)) onDeclined();
  }

  return (
    <>
      <Button variant="subtle" color="gray" size="xs" data-testid="decline-btn" onClick={dialog.open}>
        No, thanks
      </Button>
      {asking && (
        <ConfirmDialog title="No, thanks" confirm="Decline" cancel="Back" onConfirm={say} onClose={dialog.close}>
          {supplier} will see that you said no. The link stops working.
        </ConfirmDialog>
      )}
    </>
  );
}
