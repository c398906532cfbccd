import { Alert, Group, Stack, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { IconLifebuoy } from "@tabler/icons-react";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import type { OnboardingFieldsFragment } from "../../gql/graphql";
import { orNull, placed } from "../../lib/forms";
import { useFormDraft } from "../../lib/useDraft";
import { useAccess } from "../access/access";
import { RequestAssistanceMutation } from "./onboarding.graphql";

/** A way to a person (S44). */
export function HelpCard({ onboarding }: { onboarding: OnboardingFieldsFragment }) {
  const [asking, dialog] = useDisclosure();
  const { allows } = useAccess();
  if (onboarding.completedAt || !allows("mvp_onboarding_assistance")) return null;
  if (onboarding.assistanceNeeded) {
    return (
      <Alert
        color="blue"
        icon={<IconLifebuoy />}
        title="We received your request"
        role="status"
        data-testid="assistance-asked"
      >
        Our team will answer as soon as possible. You can continue in the meantime.
      </Alert>
    );
  }
  return (
    <>
      <Group justify="center">
        <Button variant="subtle" size="xs" leftSection={<IconLifebuoy size={16} aria-hidden />} onClick={dialog.open}>
          Ask for help
        </Button>
      </Group>
      {asking && <HelpDialog onClose={dialog.close} />}
    </>
  );
}

function HelpDialog({ onClose }: { onClose: () => void }) {
  const [state, request] = useMutation(RequestAssistanceMutation);
  const [problem, setProblem] = useState<string>();
  const form = useForm({ initialValues: { message: "" } });
  const draft = useFormDraft("help", form);

  async function submit({ message }: typeof form.values) {
    if (state.fetching) return;
    const { data, error } = await request({ message: orNull(message) });
    setProblem(placed(form, error, data?.requestAssistance.errors));
    if (data?.requestAssistance.errors.length !== 0) return;
    draft.done();
    onClose();
  }

  return (
    <Dialog onClose={onClose} title="Ask for help">
      <Form draft={draft} onSubmit={form.onSubmit((values) => void submit(values))}>
        <Stack>
          <Textarea
            label="What do you need help with?"
            description="Optional; we can see your current step"
            autosize
            minRows={3}
            maxLength={2000}
            data-autofocus
            {...form.getInputProps("message")}
          />
          <FormProblem>{problem}</FormProblem>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={state.fetching}>
              Send
            </Button>
          </Group>
        </Stack>
      </Form>
    </Dialog>
  );
}
