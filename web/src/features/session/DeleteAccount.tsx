import { Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import { orNull, placed } from "../../lib/forms";
import { useFormDraft } from "../../lib/useDraft";
import { DeleteAccountMutation } from "./account.graphql";
import { useSession } from "./session";

/** Deletes the account with all its data. */
export function DeleteAccount() {
  const [asking, dialog] = useDisclosure();
  return (
    <Group>
      <Button variant="light" color="red" size="xs" onClick={dialog.open}>
        Delete the account
      </Button>
      {asking && <Confirm onClose={dialog.close} />}
    </Group>
  );
}

function Confirm({ onClose }: { onClose: () => void }) {
  const { renew } = useSession();
  const [state, remove] = useMutation(DeleteAccountMutation);
  const [problem, setProblem] = useState<string>();
  const form = useForm({ initialValues: { currentPassword: "" } });
  const draft = useFormDraft("delete-account", form, { secrets: ["currentPassword"] });

  async function submit({ currentPassword }: typeof form.values) {
    if (state.fetching) return;
    const { data, error } = await remove({ currentPassword: orNull(currentPassword) });
    setProblem(placed(form, error, data?.deleteMyAccount.errors));
    if (!data?.deleteMyAccount.deleted) return;
    draft.done();
    await renew();
  }

  return (
    <Dialog onClose={onClose} title="Delete the account permanently">
      <Form draft={draft} onSubmit={form.onSubmit((values) => void submit(values))}>
        <Stack>
          <Text size="sm">Your profile, lists and connections are deleted. This cannot be undone.</Text>
          <PasswordInput
            label="Password"
            description="Leave it empty if you have never set one"
            data-autofocus
            autoComplete="current-password"
            {...form.getInputProps("currentPassword")}
          />
          <FormProblem>{problem}</FormProblem>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Keep it
            </Button>
            <Button type="submit" color="red" loading={state.fetching}>
              Delete permanently
            </Button>
          </Group>
        </Stack>
      </Form>
    </Dialog>
  );
}
