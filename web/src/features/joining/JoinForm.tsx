import { Anchor, Checkbox, Group, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import { orNull, placed } from "../../lib/forms";
import { notifyFailure } from "../../lib/notifyFailure";
import { repeatKeys } from "../../lib/repeatKeys";
import { Moment } from "../../lib/time";
import { useFormDraft } from "../../lib/useDraft";
import { Consent, useConsent } from "../legal/Consent";
import { useSession } from "../session/session";
import { AcceptCoupleInvitationMutation, DeclineCoupleInvitationMutation } from "./joining.graphql";
import { joining, type Joined, type Preview } from "./preview";

interface Props {
  code: string;
  preview: Preview;
  /** This tab has accepted already, and the answer got lost with the page. */
  repeats: boolean;
  onJoined: (joined: Joined) => void;
  onDeclined: () => void;
}

/** Asks for an e-mail address only if the invitation has none; the password is optional. */
export function JoinForm({ code, preview, repeats, onJoined, onDeclined }: Props) {
  const { viewer, renew } = useSession();
  const [state, accept] = useMutation(AcceptCoupleInvitationMutation);
  const [problem, setProblem] = useState<ReactNode>();
  const [mismatch, setMismatch] = useState<string>();
  const consent = useConsent();
  const form = useForm({ initialValues: { email: "", password: "", confirmed: false } });
  const draft = useFormDraft(`join:${code}`, form, { secrets: ["password", "confirmed"], guards: false });

  async function submit({ email, password, confirmed }: typeof form.values) {
    if (state.fetching) return;
    const key = viewer ? null : repeatKeys.of(joining(code));
    const given = { email: orNull(email), password: orNull(password), confirmEmailMismatch: confirmed };
    const acceptedDocuments = viewer ? null : (consent ?? null);
    const { data, error } = await accept({ input: { code, ...given, acceptedDocuments, idempotencyKey: key } });
    const payload = data?.acceptCoupleInvitation;
    setMismatch(payload?.errors.find((failure) => failure.code === "EMAIL_MISMATCH")?.message);
    const taken = payload?.errors.find((failure) => failure.code === "UNIQUE");
    setProblem(taken ? <LogIn message={taken.message} code={code} /> : placed(form, error, payload?.errors));
    if (!payload?.couple) return;
    draft.done();
    repeatKeys.drop(joining(code));
    onJoined({ email: payload.session?.user.email ?? undefined, hasPassword: password !== "" || viewer != null });
    await renew();
  }

  return (
    <Form draft={draft} noValidate onSubmit={form.onSubmit((values) => void submit(values))}>
      <Stack>
        {viewer && (
          <Text>
            You are logged in as <b>{viewer.email}</b>: one click joins your partner.
          </Text>
        )}
        {!viewer && !repeats && <Account preview={preview} form={form} />}
        {!viewer && !repeats && <Consent action="Plan together" />}
        {mismatch && (
          <Checkbox
            label="This invitation is meant for me"
            description={mismatch}
            {...form.getInputProps("confirmed", { type: "checkbox" })}
          />
        )}
        <FormProblem>{mismatch ? undefined : problem}</FormProblem>
        <Button type="submit" size="md" loading={state.fetching} data-testid="join-btn">
          {repeats ? "Continue" : "Plan together"}
        </Button>
        {!repeats && (
          <Group justify="space-between">
            <Text size="xs" c="dimmed">
              Valid until <Moment at={preview.expiresAt} style="day" />
            </Text>
            <Decline code={code} onDeclined={onDeclined} />
          </Group>
        )}
        {!viewer && (
          <Text size="sm" ta="center">
            Already have an account?{" "}
            <Anchor component={Link} to={`/login?next=/join/${code}`} size="sm">
              Log in first
            </Anchor>
          </Text>
        )}
      </Stack>
    </Form>
  );
}

interface Fields {
  readonly getInputProps: (path: "email" | "password") => object;
}

function Account({ preview, form }: { preview: Preview; form: Fields }) {
  return (
    <>
      {preview.needsEmail ? (
        <TextInput
          label="Your e-mail"
          description="What you will log in with"
          type="email"
          required
          autoComplete="username"
          data-testid="join-email"
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
  );
}

/** An e-mail that has an account already: the way on is to log in, then to come back. */
function LogIn({ message, code }: { message: string; code: string }) {
  return (
    <>
      {message}{" "}
      <Anchor c="inherit" component={Link} to={`/login?next=/join/${code}`}>
        Log in
      </Anchor>
    </>
  );
}

function Decline({ code, onDeclined }: { code: string; onDeclined: () => void }) {
  const [state, decline] = useMutation(DeclineCoupleInvitationMutation);

  async function say() {
    const { data, error } = await decline({ code });
    if (!notifyFailure("Not sent", error, data?.declineCoupleInvitation.errors)) onDeclined();
  }

  return (
    <Button
      variant="subtle"
      color="gray"
      size="xs"
      loading={state.fetching}
      onClick={() => void say()}
      data-testid="join-decline-btn"
    >
      No, thanks
    </Button>
  );
}
