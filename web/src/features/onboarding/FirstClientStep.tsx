import { Alert, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import { orNull, placed } from "../../lib/forms";
import { useIdempotencyKeys } from "../../lib/ids";
import { useFormDraft } from "../../lib/useDraft";
import { AddClientMutation } from "../clients/clients.graphql";
import type { Setup } from "./setup";

/** One couple is enough to go on; its e-mail can come later (S83, decision 12). */
export function FirstClientStep({ supplier, onDone }: { supplier: Setup; onDone: () => void }) {
  const [state, add] = useMutation(AddClientMutation);
  const [problem, setProblem] = useState<string>();
  const keys = useIdempotencyKeys();
  const known = supplier.clients.nodes[0];
  const form = useForm({
    initialValues: { coupleNames: "", weddingDate: "", email: "" },
    validate: { coupleNames: (value) => (value.trim() ? null : "Enter the names of the couple.") },
  });
  const draft = useFormDraft("first-client", form);

  async function submit({ coupleNames, weddingDate, email }: typeof form.values) {
    if (state.fetching) return;
    const fields = { coupleNames, weddingDate: orNull(weddingDate), email: orNull(email) };
    const { data, error } = await add({ input: { ...fields, idempotencyKey: keys.keyOf(fields) } });
    setProblem(placed(form, error, data?.addClient.errors));
    if (!data?.addClient.client) return;
    for (const message of data.addClient.warnings) notifications.show({ color: "yellow", message });
    keys.done();
    draft.done();
    onDone();
  }

  return (
    <Form draft={draft} noValidate onSubmit={form.onSubmit((values) => void submit(values))}>
      <Stack>
        {known && (
          <Alert color="teal">
            You have added {known.coupleNames} already. Add another couple, or go on to the next step.
          </Alert>
        )}
        <TextInput
          label="Names of the couple"
          required
          maxLength={200}
          placeholder="John & Jane"
          data-testid="couple-names"
          {...form.getInputProps("coupleNames")}
        />
        <TextInput label="Wedding date" type="date" data-testid="wedding-date" {...form.getInputProps("weddingDate")} />
        <TextInput
          label="E-mail"
          description="If you know it: the invitation can go there"
          type="email"
          data-testid="client-email"
          {...form.getInputProps("email")}
        />
        <FormProblem>{problem}</FormProblem>
        <Button type="submit" loading={state.fetching} data-testid="add-client-btn">
          Add the couple
        </Button>
        {known && (
          <Button variant="default" onClick={onDone}>
            Continue
          </Button>
        )}
      </Stack>
    </Form>
  );
}
