import { Button, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { modals } from "@mantine/modals";
import { IconArrowBackUp, IconRocket } from "@tabler/icons-react";
import { useMutation } from "urql";

import type { PhaseFieldsFragment } from "../../gql/graphql";
import { succeeded } from "../../lib/outcome";
import { ActivateDialog } from "./ActivateDialog";
import {
  AdvanceMutation, CompleteMutation, PauseMutation, ResumeMutation,
} from "./phases.graphql";
import { RollBackDialog } from "./RollBackDialog";

/** What may be done now, as the server says; never what the page believes (SPEC S76). */
export function PhaseActions({ phase }: { phase: PhaseFieldsFragment }) {
  const [activating, activation] = useDisclosure();
  const [rollingBack, rollback] = useDisclosure();
  const [pausing, pause] = useMutation(PauseMutation);
  const [resuming, resume] = useMutation(ResumeMutation);
  const [advancing, advance] = useMutation(AdvanceMutation);
  const [completing, complete] = useMutation(CompleteMutation);
  const may = new Set(phase.availableActions);
  const input = { phaseId: phase.id, expectedVersion: phase.version };

  function confirmed(title: string, text: string, onConfirm: () => void) {
    modals.openConfirmModal({
      title, children: text, labels: { confirm: title, cancel: "Cancel" }, onConfirm,
    });
  }

  return (
    <Group gap="xs">
      {may.has("PAUSE") && (
        <Button size="xs" variant="default" loading={pausing.fetching}
          onClick={() => void pause({ input }).then(({ data, error }) =>
            succeeded("Not paused", error, data?.pauseLaunchPhase.errors))}>
          Pause
        </Button>
      )}
      {may.has("RESUME") && (
        <Button size="xs" variant="default" loading={resuming.fetching}
          onClick={() => void resume({ input }).then(({ data, error }) =>
            succeeded("Not resumed", error, data?.resumeLaunchPhase.errors))}>
          Resume
        </Button>
      )}
      {may.has("ADVANCE") && (
        <Button size="xs" variant="default" loading={advancing.fetching}
          onClick={() => confirmed("Advance now", "Opens the next step without waiting.", () =>
            void advance({ input }).then(({ data, error }) =>
              succeeded("Not advanced", error, data?.advanceLaunchPhase.errors)))}>
          Advance
        </Button>
      )}
      {may.has("COMPLETE") && (
        <Button size="xs" variant="default" loading={completing.fetching}
          onClick={() => confirmed("Complete", "Ends the run; the flags stay as they are.", () =>
            void complete({ input }).then(({ data, error }) =>
              succeeded("Not completed", error, data?.completeLaunchPhase.errors)))}>
          Complete
        </Button>
      )}
      {may.has("ACTIVATE") && (
        <Button size="xs" leftSection={<IconRocket size={14} />} onClick={activation.open}>
          Activate
        </Button>
      )}
      {may.has("ROLLBACK") && (
        <Button size="xs" color="red" leftSection={<IconArrowBackUp size={14} />} onClick={rollback.open}>
          Roll back
        </Button>
      )}
      {activating && <ActivateDialog phase={phase} onClose={activation.close} />}
      {rollingBack && <RollBackDialog phase={phase} onClose={rollback.close} />}
    </Group>
  );
}
