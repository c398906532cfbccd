import { Anchor, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { AuthCard } from "../../components/AuthCard";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import { placed } from "../../lib/forms";
import { useFormDraft } from "../../lib/useDraft";
import { homeOf } from "./roles";
import { useSession } from "./session";
import { ResetPasswordMutation } from "./session.graphql";

/** The target of the link in the e-mail: sets a new password and logs in. */
export function ResetPasswordPage() {
  const { renew } = useSession();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const [state, reset] = useMutation(ResetPasswordMutation);
  const [problem, setProblem] = useState<string>();
  const form = useForm({ initialValues: { newPassword: "" } });
  const draft = useFormDraft("reset-password", form, { secrets: ["newPassword"], guards: false });

  async function submit({ newPassword }: typeof form.values) {
    if (state.fetching) return;
    const { data, error } = await reset({ token: search.get("token") ?? "", newPassword });
    setProblem(placed(form, error, data?.resetPassword.errors));
    if (!data?.resetPassword.session) return;
    draft.done();
    const viewer = await renew();
    await navigate(viewer ? homeOf(viewer.role) : "/login", { replace: true });
  }

  return (
    <AuthCard
      brand="WedSync"
      title="Choose a new password"
      text="This logs out all devices."
      footer={
        <Anchor component={Link} to="/forgot-password" size="sm">
          Request a new link
        </Anchor>
      }
    >
      <Form draft={draft} onSubmit={form.onSubmit((values) => void submit(values))}>
        <Stack>
          <PasswordInput
            label="New password"
            description="At least 10 characters"
            name="password"
            required
            autoComplete="new-password"
            minLength={10}
            {...form.getInputProps("newPassword")}
          />
          <FormProblem>{problem}</FormProblem>
          <Button type="submit" loading={state.fetching}>
            Save and log in
          </Button>
        </Stack>
      </Form>
    </AuthCard>
  );
}
