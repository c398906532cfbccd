import { Anchor, PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { AuthCard } from "../../components/AuthCard";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import { wholeFormProblem } from "../../lib/forms";
import { useFormDraft } from "../../lib/useDraft";
import { CheckYourMail } from "./CheckYourMail";
import { LogInLinkButton } from "./LogInLinkButton";
import { useSession } from "./session";
import { LogInMutation } from "./session.graphql";

/** The log-in page of suppliers, couples and the staff. */
export function LogInPage() {
  const { renew } = useSession();
  const [search] = useSearchParams();
  const [state, logIn] = useMutation(LogInMutation);
  const [problem, setProblem] = useState<string>();
  const [mailed, setMailed] = useState(false);
  const form = useForm({ initialValues: { email: "", password: "" } });
  const draft = useFormDraft("log-in", form, { secrets: ["password"], guards: false });

  async function submit(values: typeof form.values) {
    if (state.fetching) return;
    const { data, error } = await logIn(values);
    if (!data?.logIn.session) {
      setProblem(wholeFormProblem(error, data?.logIn.errors));
      return;
    }
    draft.done();
    await renew();
  }

  if (mailed) return <CheckYourMail email={form.values.email} />;
  return (
    <AuthCard
      brand="WedSync"
      title="Log in"
      text="For suppliers, couples and the launch team."
      footer={
        <Anchor component={Link} to={`/signup?${search}`} size="sm">
          New here? Sign up
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
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            {...form.getInputProps("password")}
          />
          <FormProblem>{problem}</FormProblem>
          <Button type="submit" loading={state.fetching}>
            Log in
          </Button>
          <LogInLinkButton
            email={form.values.email}
            invitation={invitationIn(search.get("next"))}
            onMailed={() => setMailed(true)}
          />
          <Anchor component={Link} to="/forgot-password" size="sm" ta="center">
            Forgot your password?
          </Anchor>
        </Stack>
      </Form>
    </AuthCard>
  );
}

/** The code of the invitation that led to this page, so that a link leads back to it. */
function invitationIn(next: string | null): string | undefined {
  return /^\/accept\/([\w-]+)$/.exec(next ?? "")?.[1];
}
