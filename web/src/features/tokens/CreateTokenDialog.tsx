import { Checkbox, Group, ScrollArea, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useClient, useMutation } from "urql";

import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Form } from "../../components/Form";
import type { Scope } from "../../gql/graphql";
import { serverNow } from "../../lib/clock";
import { notifyFailure } from "../../lib/notifyFailure";
import { useFormDraft } from "../../lib/useDraft";
import { printed, SCOPES } from "./scopes";
import { Secret } from "./Secret";
import { CreateTokenMutation, TokensQuery } from "./tokens.graphql";

const DAY_MS = 86_400_000;
const LIVES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "a year" },
  { value: "", label: "no expiry" },
];

export function CreateTokenDialog({ onClose }: { onClose: () => void }) {
  const client = useClient();
  const [state, create] = useMutation(CreateTokenMutation);
  const [secret, setSecret] = useState<string>();
  const form = useForm({ initialValues: { name: "", scopes: [] as Scope[], days: "90" } });
  const draft = useFormDraft("create-token", form);

  async function submit({ name, scopes, days }: typeof form.values) {
    const expiresAt = days === "" ? null : new Date(serverNow() + Number(days) * DAY_MS).toISOString();
    const { data, error } = await create({ name, scopes, expiresAt });
    const payload = data?.createApiToken;
    if (payload)
      form.setErrors(Object.fromEntries(payload.errors.map(({ path, message }) => [path?.at(-1) ?? "name", message])));
    if (notifyFailure("Not created", error, payload?.errors)) return;
    draft.done();
    setSecret(payload?.secret ?? undefined);
    void client.query(TokensQuery, {}, { requestPolicy: "network-only" }).toPromise();
  }

  if (secret !== undefined) return <Secret name={form.values.name} secret={secret} onClose={onClose} />;
  return (
    <Dialog onClose={onClose} title="Create a token">
      <Form draft={draft} onSubmit={form.onSubmit((values) => void submit(values))}>
        <Stack>
          <TextInput label="What it is for" required maxLength={100} data-autofocus {...form.getInputProps("name")} />
          <Checkbox.Group label="What it may do" required {...form.getInputProps("scopes")}>
            <ScrollArea.Autosize mah={260} type="auto" viewportProps={{ tabIndex: 0 }} mt={4} offsetScrollbars="y">
              <Stack gap={6} pb={4}>
                {SCOPES.map(({ value, label }) => (
                  <Checkbox key={value} value={value} label={label} description={printed(value)} />
                ))}
              </Stack>
            </ScrollArea.Autosize>
          </Checkbox.Group>
          <Select label="Works for" data={LIVES} allowDeselect={false} {...form.getInputProps("days")} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={state.fetching} disabled={form.values.scopes.length === 0}>
              Create
            </Button>
          </Group>
        </Stack>
      </Form>
    </Dialog>
  );
}
