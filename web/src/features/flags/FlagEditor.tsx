import { Group, NumberInput, Select, Slider, Stack, Switch, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useEffect, useRef, useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import type { FlagFieldsFragment } from "../../gql/graphql";
import { ConflictNote } from "./ConflictNote";
import { UpdateMutation } from "./flags.graphql";
import { BUCKETS, type FlagValues, valuesOf } from "./form";
import { GroupsInput } from "./GroupsInput";
import { type Conflict, settled } from "./outcome";

interface Props {
  flag: FlagFieldsFragment;
  mayOperate: boolean;
}

/** All of a flag but its switch. What is typed stays until it is saved or given up. */
export function FlagEditor({ flag, mayOperate }: Props) {
  const [state, update] = useMutation(UpdateMutation);
  const form = useForm<FlagValues>({ initialValues: valuesOf(flag) });
  const base = useRef(flag.version); // what the reader saw when they began to type
  const [conflict, setConflict] = useState<Conflict>();
  const dirty = form.isDirty();
  useEffect(() => {
    if (!dirty) reset();
  }, [flag.version]);

  function reset() {
    const values = valuesOf(flag);
    form.setInitialValues(values);
    form.setValues(values);
    base.current = flag.version;
    setConflict(undefined);
  }

  /** Only what was touched: the rest is not ours to overwrite, whoever has changed it meanwhile. */
  function moved(values: FlagValues) {
    const touched = Object.fromEntries(Object.entries(values).filter(([field]) => form.isDirty(field)));
    return { ...touched, ...("description" in touched && { description: values.description || null }) };
  }

  async function save(values: FlagValues, expectedVersion = base.current) {
    const { data, error } = await update({ input: { key: flag.key, ...moved(values), expectedVersion } });
    const payload = data?.updateFeatureFlag;
    const result = settled(flag.key, error, payload, form);
    setConflict(result.conflict);
    if (!result.done || !payload?.flag) return;
    form.setInitialValues(valuesOf(payload.flag));
    form.setValues(valuesOf(payload.flag));
    base.current = payload.flag.version;
    notifications.show({ color: "teal", title: flag.name, message: "Saved." });
  }

  return (
    <form onSubmit={form.onSubmit((values) => void save(values))}>
      <fieldset disabled={!mayOperate} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
        <Stack>
          <div>
            <Text size="sm" fw={500} id="percentage">Percentage</Text>
            <Group wrap="nowrap">
              <Slider flex={1} step={1} label={null} thumbLabel="Percentage" disabled={!mayOperate}
                value={form.values.rolloutPercentage}
                onChange={(value) => form.setFieldValue("rolloutPercentage", value)} />
              <NumberInput w={96} size="sm" aria-labelledby="percentage" min={0} max={100} decimalScale={2} suffix=" %"
                {...form.getInputProps("rolloutPercentage")} />
            </Group>
          </div>
          <GroupsInput {...form.getInputProps("targetGroups")} />
          <TextInput label="Name" required maxLength={200} {...form.getInputProps("name")} />
          <Textarea label="What it switches" autosize minRows={2} {...form.getInputProps("description")} />
          <Select label="Whose id decides" data={BUCKETS} allowDeselect={false} {...form.getInputProps("bucketBy")} />
          <Switch label="Shown to the apps of suppliers and couples"
            {...form.getInputProps("clientVisible", { type: "checkbox" })} />
          <TextInput label="Reason" description="For the audit" maxLength={2000} {...form.getInputProps("reason")} />
          {conflict && (
            <ConflictNote conflict={conflict} wish="what you typed is still here" onYield={reset}
              onInsist={() => void save(form.getValues(), conflict.currentVersion)} />
          )}
          {mayOperate && (
            <Group justify="flex-end">
              <Button variant="default" disabled={!dirty} onClick={reset}>Discard</Button>
              <Button type="submit" disabled={!dirty} loading={state.fetching}>Save</Button>
            </Group>
          )}
        </Stack>
      </fieldset>
    </form>
  );
}
