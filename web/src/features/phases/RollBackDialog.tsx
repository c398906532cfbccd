import { Group, Stack, Text, TextInput } from "@mantine/core";
import { type SubmitEvent, useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Form } from "../../components/Form";
import type { PhaseFieldsFragment } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { useDraft } from "../../lib/useDraft";
import { counted } from "../../lib/format";
import { Affected } from "./Affected";
import { ManualSteps } from "./ManualSteps";
import { RollBackMutation } from "./rollback.graphql";
import { type Outcome, RolledBack } from "./RolledBack";

const REASONS = ["Errors are rising", "Responses are too slow", "Sign-up is broken", "The wrong feature is live"];

/** Rollback in two clicks: the button of the phase and the one with the reason (S76). */
export function RollBackDialog(props: { phase: PhaseFieldsFragment; onClose: () => void }) {
  const { phase, onClose } = props;
  const [state, rollBack] = useMutation(RollBackMutation);
  const [reason, setReason] = useState("");
  const [outcome, setOutcome] = useState<Outcome>();
  const draft = useDraft(`roll-back:${phase.id}`, { reason }, (before) => setReason(before.reason), reason !== "");

  async function go(why: string) {
    const result = await rollBack({ input: { phaseId: phase.id, reason: why } });
    const payload = result.data?.rollbackLaunchPhase;
    if (notifyFailure("Not rolled back", result.error, payload?.errors)) return;
    draft.done();
    setOutcome(payload);
  }

  function submit(event: SubmitEvent) {
    event.preventDefault();
    void go(reason.trim());
  }

  if (outcome) return <RolledBack phase={phase} outcome={outcome} onClose={onClose} />;
  return (
    <Dialog onClose={onClose} title={`Roll back ${phase.name}`}>
      <Form draft={draft} onSubmit={submit}>
        <Stack>
          <Text size="sm">{effect(phase)}</Text>
          <Text size="sm" fw={600}>
            Roll back now. Reason:
          </Text>
          <Group gap="xs">
            {REASONS.map((text) => (
              <Button
                sends
                key={text}
                size="xs"
                variant="light"
                color="red"
                disabled={state.fetching}
                onClick={() => void go(text)}
              >
                {text}
              </Button>
            ))}
          </Group>
          <TextInput
            label="Another reason"
            value={reason}
            required
            data-autofocus
            data-testid="rollback-reason"
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={500}
          />
          <ManualSteps phase={phase} title="Manual steps afterwards" />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              type="submit"
              color="red"
              disabled={reason.trim() === ""}
              loading={state.fetching}
              data-testid="rollback-now"
            >
              Roll back now
            </Button>
          </Group>
          <Affected phase={phase} />
        </Stack>
      </Form>
    </Dialog>
  );
}

function effect({ rollbackPlan, flags }: PhaseFieldsFragment): string {
  return rollbackPlan?.mode === "RESTORE_PREVIOUS"
    ? `Restores the previous state of the flags of this phase: ${counted(flags.length, "flag")}.`
    : `Switches off every flag of this phase for everybody at once: ${counted(flags.length, "flag")}.`;
}
