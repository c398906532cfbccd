import { Group, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import { orNull, placed } from "../../lib/forms";
import { useFormDraft } from "../../lib/useDraft";
import { ChangePasswordMutation } from "./session.graphql";

/** Sets a password: a new one, or the first of a user who accepted an invitation without one. */
export function PasswordForm({ email }: { email: string }) {
  const [state, change] = useMutation(ChangePasswordMutation);
  const [problem, setProblem] = useState<string>();
  const form = useForm({ initialValues: { currentPassword: "", newPassword: "" } });
  const draft = useFormDraft("password", form, { secrets: ["currentPassword", "newPassword"] });

  async function submit({ currentPassword, newPassword }: typeof form.values) {
    if (state.fetching) return;
    const { data, error } = await change({ currentPassword: orNull(currentPassword), newPassword });
    setProblem(placed(form, error, data?.changePassword.errors));
    if (data?.changePassword.errors.length !== 0) return;
    draft.done();
    form.reset();
    notifications.show({ color: "teal", message: "Your password was changed. Other devices have to log in again." });
  }

  return (
    <Form draft={draft} onSubmit={form.onSubmit((values) => void submit(values))}>
      <Stack>
        <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
        <PasswordInput
          label="Current password"
          description="Leave it empty if you have never set one"
          autoComplete="current-password"
          {...form.getInputProps("currentPassword")}
        />
        <PasswordInput
          label="New password"
          description="At least 10 characters"
          required
          minLength={10}
          autoComplete="new-password"
          {...form.getInputProps("newPassword")}
        />
        <FormProblem>{problem}</FormProblem>
        <Group>
          <Button type="submit" variant="default" loading={state.fetching}>
            Change the password
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}
