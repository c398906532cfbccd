import { Anchor, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { Link } from "react-router";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { AuthCard } from "../../components/AuthCard";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import { sentence } from "../../lib/notifyFailure";
import { useFormDraft } from "../../lib/useDraft";
import { CheckYourMail } from "./CheckYourMail";
import { RequestPasswordResetMutation } from "./session.graphql";

/** Requests an e-mail with a link that sets a password, the first one included. */
export function ForgotPasswordPage() {
  const [state, request] = useMutation(RequestPasswordResetMutation);
  const [mailed, setMailed] = useState<string>();
  const form = useForm({ initialValues: { email: "" } });
  const draft = useFormDraft("forgot-password", form, { guards: false });

  async function submit({ email }: typeof form.values) {
    if (state.fetching) return;
    const { data } = await request({ email });
    if (!data?.requestPasswordReset) return;
    draft.done();
    setMailed(email);
  }

  if (mailed !== undefined) return <CheckYourMail email={mailed} />;
  return (
    <AuthCard
      brand="WedSync"
      title="A new password"
      text="We will e-mail you a link that works once."
      footer={
        <Anchor component={Link} to="/login" size="sm">
          Back to log-in
        </Anchor>
      }
    >
      <Form draft={draft} onSubmit={form.onSubmit((values) => void submit(values))}>
        <Stack>
          <TextInput
            label="E-mail"
            type="email"
            name="email"
            autoComplete="username"
            required
            {...form.getInputProps("email")}
          />
          <FormProblem>{state.error && sentence(state.error)}</FormProblem>
          <Button type="submit" loading={state.fetching}>
            Send the link
          </Button>
        </Stack>
      </Form>
    </AuthCard>
  );
}
