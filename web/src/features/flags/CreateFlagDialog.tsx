import { Group, NumberInput, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate } from "react-router";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Form } from "../../components/Form";
import { useIdempotencyKeys } from "../../lib/ids";
import { useFormDraft } from "../../lib/useDraft";
import { CreateMutation } from "./flags.graphql";
import { GroupsInput } from "./GroupsInput";
import { settled } from "./outcome";

interface NewFlag {
  key: string;
  name: string;
  description: string;
  enabled: boolean;
  rolloutPercentage: number | "";
  targetGroups: string[];
  reason: string;
}

/** Creates a flag: off by default, and for all users by default when it is switched on. */
export function CreateFlagDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const [state, create] = useMutation(CreateMutation);
  const keys = useIdempotencyKeys();
  const form = useForm<NewFlag>({
    initialValues: {
      key: "",
      name: "",
      description: "",
      enabled: false,
      rolloutPercentage: "",
      targetGroups: [],
      reason: "",
    },
  });
  const draft = useFormDraft("create-flag", form);

  async function submit(values: typeof form.values) {
    const input = {
      ...values,
      description: values.description || null,
      reason: values.reason || null,
      rolloutPercentage: values.rolloutPercentage === "" ? null : values.rolloutPercentage,
      idempotencyKey: keys.keyOf(values),
    };
    const { data, error } = await create({ input });
    const payload = data?.createFeatureFlag;
    if (!settled("Not created", error, payload, form).done) return;
    keys.done();
    draft.done();
    onClose();
    void navigate(`/admin/flags/${payload?.flag?.key ?? ""}`);
  }

  return (
    <Dialog onClose={onClose} title="Create a flag">
      <Form draft={draft} onSubmit={form.onSubmit((values) => void submit(values))}>
        <Stack>
          <TextInput
            label="Key"
            description="Name in code: lower-case letters, digits and _. It cannot be changed."
            required
            data-autofocus
            classNames={{ input: "code" }}
            autoComplete="off"
            {...form.getInputProps("key")}
          />
          <TextInput label="Name" required maxLength={200} {...form.getInputProps("name")} />
          <Textarea label="What it controls" autosize minRows={2} {...form.getInputProps("description")} />
          <Switch label="Switch it on now" {...form.getInputProps("enabled", { type: "checkbox" })} />
          <NumberInput
            label="Percentage"
            description="Empty: everybody, when the flag is on."
            min={0}
            max={100}
            decimalScale={2}
            suffix=" %"
            {...form.getInputProps("rolloutPercentage")}
          />
          <GroupsInput {...form.getInputProps("targetGroups")} />
          <TextInput label="Reason" description="For the audit" maxLength={2000} {...form.getInputProps("reason")} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={state.fetching}>
              Create
            </Button>
          </Group>
        </Stack>
      </Form>
    </Dialog>
  );
}
