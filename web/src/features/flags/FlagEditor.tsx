import { Group, NumberInput, Select, Slider, Stack, Switch, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect, useEffectEvent, useRef, useState } from "react";

import { Button } from "../../components/Button";
import { Form } from "../../components/Form";
import type { FlagFieldsFragment } from "../../gql/graphql";
import { useFormDraft } from "../../lib/useDraft";
import type { FlagChange } from "./change";
import { ConflictNote } from "./ConflictNote";
import { FlagChangeDialog } from "./FlagChangeDialog";
import { BUCKETS, type FlagValues, valuesOf } from "./form";
import { GroupsInput } from "./GroupsInput";
import { useFlagChange } from "./useFlagChange";

interface Props {
  flag: FlagFieldsFragment;
  mayOperate: boolean;
}

/** Edits all of a flag but its switch. Input stays until it is saved or discarded. */
export function FlagEditor({ flag, mayOperate }: Props) {
  const { apply, pending, conflict, forget } = useFlagChange(flag);
  const [asked, setAsked] = useState<FlagChange>();
  const form = useForm<FlagValues>({ initialValues: valuesOf(flag) });
  const draft = useFormDraft(`flag:${flag.key}`, form);
  const base = useRef(flag.version); // the version that the viewer began to edit
  const dirty = form.isDirty();
  const follow = useEffectEvent((version: number) => {
    if (!dirty && base.current !== version) reset(); // not on the first render: a draft may be restored
  });
  useEffect(() => follow(flag.version), [flag.version]);

  function reset() {
    const values = valuesOf(flag);
    form.setInitialValues(values);
    form.setValues(values);
    base.current = flag.version;
    forget();
  }

  /** Only the edited fields: another person may have changed the others meanwhile. */
  function changeOf(values: FlagValues): object & FlagChange {
    const isTouched = (field: string) => field !== "reason" && form.isDirty(field);
    const touched = Object.fromEntries(Object.entries(values).filter(([field]) => isTouched(field)));
    return { ...touched, ...("description" in touched && { description: values.description || null }) };
  }

  /** Changes that may affect users show the affected ones first. */
  function submit(values: FlagValues) {
    const change = changeOf(values);
    if (REACHES.some((field) => field in change)) setAsked(change);
    else void save(change, values.reason);
  }

  async function save(change: FlagChange, reason: string, version = base.current): Promise<boolean> {
    const { done, flag: saved } = await apply(change, reason, version, form);
    if (!done || !saved) return done;
    form.setInitialValues(valuesOf(saved));
    form.setValues(valuesOf(saved));
    base.current = saved.version;
    draft.done();
    return true;
  }

  return (
    <Form draft={draft} onSubmit={form.onSubmit(submit)}>
      <fieldset disabled={!mayOperate} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
        <Stack>
          <div>
            <Text size="sm" fw={500} id="percentage">
              Percentage
            </Text>
            <Group wrap="nowrap">
              <Slider
                flex={1}
                step={1}
                label={null}
                thumbLabel="Percentage"
                disabled={!mayOperate}
                value={form.values.rolloutPercentage}
                onChange={(value) => form.setFieldValue("rolloutPercentage", value)}
              />
              <NumberInput
                w={96}
                size="sm"
                aria-labelledby="percentage"
                min={0}
                max={100}
                decimalScale={2}
                suffix=" %"
                {...form.getInputProps("rolloutPercentage")}
              />
            </Group>
          </div>
          <GroupsInput {...form.getInputProps("targetGroups")} />
          <TextInput label="Name" required maxLength={200} {...form.getInputProps("name")} />
          <Textarea label="What it controls" autosize minRows={2} {...form.getInputProps("description")} />
          <Select label="Bucket by" data={BUCKETS} allowDeselect={false} {...form.getInputProps("bucketBy")} />
          <Switch
            label="Visible to supplier and couple apps"
            {...form.getInputProps("clientVisible", { type: "checkbox" })}
          />
          <TextInput label="Reason" description="For the audit" maxLength={2000} {...form.getInputProps("reason")} />
          {conflict && !asked && (
            <ConflictNote
              conflict={conflict}
              wish="what you typed is still here"
              onYield={reset}
              onInsist={() => void save(changeOf(form.getValues()), form.getValues().reason, conflict.currentVersion)}
            />
          )}
          {mayOperate && (
            <Group justify="flex-end">
              <Button variant="default" disabled={!dirty} onClick={reset}>
                Discard
              </Button>
              <Button type="submit" disabled={!dirty} loading={pending !== undefined}>
                Save
              </Button>
            </Group>
          )}
        </Stack>
      </fieldset>
      {asked && (
        <FlagChangeDialog
          flag={flag}
          change={asked}
          reason={form.getValues().reason}
          conflict={conflict}
          onConfirm={save}
          onClose={() => setAsked(undefined)}
        />
      )}
    </Form>
  );
}

/** These decide who sees the flag. */
const REACHES = ["rolloutPercentage", "targetGroups", "bucketBy"] as const;
