import { Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconArrowBackUp, IconRocket } from "@tabler/icons-react";
import { useClient, useMutation } from "urql";

import { Button } from "../../components/Button";
import { ReasonModal } from "../../components/ReasonModal";
import type { PhaseFieldsFragment } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { SIMPLE_ACTIONS, type SimpleAction } from "./actions";
import { ActivateDialog } from "./ActivateDialog";
import { PhasesQuery } from "./phases.graphql";
import { RollBackDialog } from "./RollBackDialog";

/**
 * The possible actions as the server reports them, not as the page assumes (S76). Of several phases
 * that could go live, the button of the next one is emphasized.
 */
export function PhaseActions({ phase, isNext }: { phase: PhaseFieldsFragment; isNext: boolean }) {
  const [activating, activation] = useDisclosure();
  const [rollingBack, rollback] = useDisclosure();
  const may = new Set(phase.availableActions);
  return (
    <Group gap="xs">
      {SIMPLE_ACTIONS.filter(({ action }) => may.has(action)).map((item) => (
        <ActionButton key={item.action} phase={phase} item={item} />
      ))}
      {may.has("ACTIVATE") && (
        <Button
          size="xs"
          variant={isNext ? "filled" : "default"}
          leftSection={<IconRocket size={14} />}
          onClick={activation.open}
        >
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

function ActionButton({ phase, item }: { phase: PhaseFieldsFragment; item: SimpleAction }) {
  const [asking, dialog] = useDisclosure();
  const [, send] = useMutation(item.mutation);
  const client = useClient();
  const limits = item.action === "COMPLETE" ? belowTarget(phase) : [];

  async function onConfirm(reason: string) {
    const input = {
      phaseId: phase.id,
      expectedVersion: phase.version,
      reason: reason || null,
      ...(limits.length > 0 && { acceptLimits: limits.map(({ flag }) => flag.key) }),
    };
    const { data, error } = await send({ input });
    for (const message of data?.done.warnings ?? []) {
      notifications.show({ color: "yellow", title: phase.name, message, autoClose: 12_000 });
    }
    const done = !notifyFailure(item.failed, error, data?.done.errors);
    // Others may have limited flags or moved the phase meanwhile: the dialog then shows what is true now.
    if (!done) void client.query(PhasesQuery, {}, { requestPolicy: "network-only" }).toPromise();
    return done;
  }

  return (
    <>
      <Button size="xs" variant="default" onClick={dialog.open}>
        {item.label}
      </Button>
      {asking && (
        <ReasonModal
          title={`${item.label} ${phase.name}`}
          confirm={item.label}
          onConfirm={onConfirm}
          onClose={dialog.close}
        >
          {item.text}
          {limits.length > 0 && (
            <span data-testid="limits">
              {` These flags stay below their targets: ${limits.map(limitText).join("; ")}.`}
            </span>
          )}
        </ReasonModal>
      )}
    </>
  );
}

type Link = PhaseFieldsFragment["flags"][number];

/** Flags that a completion leaves below their target; shown before the viewer confirms (D4). */
function belowTarget(phase: PhaseFieldsFragment): Link[] {
  return phase.flags.filter(({ ceiling, target, flag }) => !flag.enabled || (ceiling !== null && ceiling < target));
}

function limitText({ flag, ceiling, ceilingBy, target }: Link): string {
  if (!flag.enabled) return `${flag.key} is off`;
  return `${flag.key} is limited to ${ceiling} % of ${target} % by ${ceilingBy ?? "somebody"}`;
}
