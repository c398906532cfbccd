import { Group, MultiSelect, Select, Stack, Switch, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import type { CheckType } from "../../gql/graphql";
import { serverNow } from "../../lib/clock";
import { placed } from "../../lib/forms";
import { useFormDraft } from "../../lib/useDraft";
import { TITLES } from "../health/checks";
import { HeldCriteria } from "./HeldCriteria";
import { CreateSilenceMutation } from "./silences.graphql";

const SPANS = [
  { value: "30", label: "30 minutes" },
  { value: "60", label: "an hour" },
  { value: "240", label: "4 hours" },
  { value: "1440", label: "a day" },
];

export function SilenceDialog({ onMade, onClose }: { onMade: () => void; onClose: () => void }) {
  const [state, create] = useMutation(CreateSilenceMutation);
  const [problem, setProblem] = useState<string>();
  const form = useForm({
    initialValues: { reason: "", minutes: "60", checks: [] as CheckType[], holdsCriteria: true },
  });
  const draft = useFormDraft("silence", form);

  async function submit({ minutes, ...values }: typeof form.values) {
    const endsAt = new Date(serverNow() + Number(minutes) * 60_000).toISOString();
    const { data, error } = await create({ input: { ...values, endsAt } });
    setProblem(placed(form, error, data?.createSilence.errors));
    if (error || data?.createSilence.errors.length !== 0) return;
    draft.done();
    onMade();
    onClose();
  }

  return (
    <Dialog onClose={onClose} title="Silence alerts for planned work">
      <Form draft={draft} onSubmit={form.onSubmit((values) => void submit(values))}>
        <Stack>
          <TextInput label="Planned work" required maxLength={500} data-autofocus {...form.getInputProps("reason")} />
          <Select label="For" data={SPANS} allowDeselect={false} {...form.getInputProps("minutes")} />
          <MultiSelect
            label="Which checks"
            description="Empty: all of them."
            clearable
            data={Object.entries(TITLES).map(([value, label]) => ({ value, label }))}
            {...form.getInputProps("checks")}
          />
          <Switch
            label="Hold success criteria that depend on them"
            {...form.getInputProps("holdsCriteria", { type: "checkbox" })}
          />
          {form.values.holdsCriteria && <HeldCriteria checks={form.values.checks} />}
          <FormProblem>{problem}</FormProblem>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={state.fetching}>
              Silence
            </Button>
          </Group>
        </Stack>
      </Form>
    </Dialog>
  );
}
