import { Group, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import type { ClientFieldsFragment } from "../../gql/graphql";
import { orNull, placed } from "../../lib/forms";
import { useIdempotencyKeys } from "../../lib/ids";
import { useFormDraft } from "../../lib/useDraft";
import { AddClientMutation, UpdateClientMutation } from "./clients.graphql";

/** Adds a client, or changes the one that is given. */
export function ClientForm({ client, onClose }: { client?: ClientFieldsFragment; onClose: () => void }) {
  const [adding, add] = useMutation(AddClientMutation);
  const [updating, update] = useMutation(UpdateClientMutation);
  const [problem, setProblem] = useState<string>();
  const keys = useIdempotencyKeys();
  const form = useForm({
    initialValues: {
      coupleNames: client?.coupleNames ?? "",
      email: client?.email ?? "",
      weddingDate: client?.weddingDate ?? "",
      notes: client?.notes ?? "",
    },
  });
  const draft = useFormDraft(`client:${client?.id ?? "new"}`, form);
  const busy = adding.fetching || updating.fetching;

  async function save({ coupleNames, email, weddingDate, notes }: typeof form.values) {
    const fields = { coupleNames, email: orNull(email), weddingDate: orNull(weddingDate), notes: orNull(notes) };
    if (client) {
      const { data, error } = await update({ input: { id: client.id, ...fields } });
      return { payload: data?.updateClient, error };
    }
    const { data, error } = await add({ input: { ...fields, idempotencyKey: keys.keyOf(fields) } });
    return { payload: data?.addClient, error };
  }

  async function submit(values: typeof form.values) {
    if (busy) return;
    const { payload, error } = await save(values);
    setProblem(placed(form, error, payload?.errors));
    if (!payload?.client || payload.errors.length > 0) return;
    for (const message of payload.warnings) notifications.show({ color: "yellow", message });
    draft.done();
    onClose();
  }

  return (
    <Dialog onClose={onClose} title={client ? "Edit the client" : "Add a client"}>
      <Form draft={draft} onSubmit={form.onSubmit((values) => void submit(values))}>
        <Stack>
          <TextInput
            label="Names of the couple"
            required
            data-autofocus
            maxLength={200}
            {...form.getInputProps("coupleNames")}
          />
          <TextInput
            label="E-mail"
            description="Invitations are sent here"
            type="email"
            {...form.getInputProps("email")}
          />
          <TextInput label="Wedding date" type="date" {...form.getInputProps("weddingDate")} />
          <Textarea
            label="Notes"
            description="Only visible to you"
            autosize
            minRows={2}
            maxLength={5000}
            {...form.getInputProps("notes")}
          />
          <FormProblem>{problem}</FormProblem>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={busy}>
              {client ? "Save" : "Add"}
            </Button>
          </Group>
        </Stack>
      </Form>
    </Dialog>
  );
}
