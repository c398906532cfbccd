import { Group, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import { orNull, placed } from "../../lib/forms";
import { useFormDraft } from "../../lib/useDraft";
import { ChangeEmailMutation } from "./account.graphql";

/** Changes the e-mail address of the account, once its owner has opened the link sent to it. */
export function EmailForm() {
  const [state, change] = useMutation(ChangeEmailMutation);
  const [problem, setProblem] = useState<string>();
  const [mailed, setMailed] = useState<string>();
  const form = useForm({ initialValues: { newEmail: "", currentPassword: "" } });
  const draft = useFormDraft("email", form, { secrets: ["currentPassword"] });

  async function submit({ newEmail, currentPassword }: typeof form.values) {
    if (state.fetching) return;
    const { data, error } = await change({ newEmail, currentPassword: orNull(currentPassword) });
    setProblem(placed(form, error, data?.changeEmail.errors));
    if (data?.changeEmail.errors.length !== 0) return;
    draft.done();
    setMailed(newEmail);
    form.reset();
  }

  return (
    <Form draft={draft} onSubmit={form.onSubmit((values) => void submit(values))}>
      <Stack>
        <TextInput label="New e-mail" type="email" required autoComplete="email" {...form.getInputProps("newEmail")} />
        <PasswordInput
          label="Password"
          description="Leave it empty if you have never set one"
          autoComplete="current-password"
          {...form.getInputProps("currentPassword")}
        />
        <FormProblem>{problem}</FormProblem>
        {mailed && (
          <Text size="sm" role="status">
            Open the link that we sent to <b>{mailed}</b> to start using it.
          </Text>
        )}
        <Group>
          <Button type="submit" variant="default" loading={state.fetching}>
            Change the e-mail
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}
