import { Button, Chip, Group, List, Modal, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { useMutation } from "urql";

import type { PhaseFieldsFragment } from "../../gql/graphql";
import { succeeded } from "../../lib/outcome";
import { RollBackMutation } from "./phases.graphql";

const REASONS = ["Errors are rising", "Too slow", "Sign-up is broken", "Wrong feature is live"];

/** Two clicks from trouble to off: a reason, and the button (SPEC S76). */
export function RollBackDialog(props: { phase: PhaseFieldsFragment; onClose: () => void }) {
  const { phase, onClose } = props;
  const [state, rollBack] = useMutation(RollBackMutation);
  const [reason, setReason] = useState("");
  const restores = phase.rollbackPlan?.mode === "RESTORE_PREVIOUS";

  async function submit(event: FormEvent) {
    event.preventDefault();
    const input = { phaseId: phase.id, reason: reason.trim() || "No reason given in a hurry" };
    const result = await rollBack({ input });
    const payload = result.data?.rollbackLaunchPhase;
    if (!succeeded("Not rolled back", result.error, payload?.errors)) return;
    notifications.show({
      color: "teal", title: `${phase.name} is rolled back`,
      message: `${payload?.restored.length ?? 0} flags changed, incident ${payload?.incident?.number ?? ""}.`,
    });
    onClose();
  }

  return (
    <Modal opened onClose={onClose} title={`Roll back ${phase.name}`}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          <Text size="sm">
            {restores
              ? `Puts ${phase.flags.length} flags back to what they were before.`
              : `Switches off all ${phase.flags.length} flags of this phase, for everybody, at once.`}
          </Text>
          <TextInput label="Reason" value={reason} data-autofocus data-testid="rollback-reason"
            onChange={(event) => setReason(event.currentTarget.value)} maxLength={500} />
          <Chip.Group value={reason} onChange={(value) => setReason(String(value))}>
            <Group gap="xs">
              {REASONS.map((text) => <Chip key={text} value={text} size="xs">{text}</Chip>)}
            </Group>
          </Chip.Group>
          {phase.rollbackPlan && phase.rollbackPlan.manualSteps.length > 0 && (
            <div>
              <Text size="sm" fw={600}>By hand, afterwards</Text>
              <List size="sm">
                {phase.rollbackPlan.manualSteps.map((step) => <List.Item key={step}>{step}</List.Item>)}
              </List>
            </div>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Cancel</Button>
            <Button type="submit" color="red" loading={state.fetching} data-testid="rollback-now">
              Roll back now
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
