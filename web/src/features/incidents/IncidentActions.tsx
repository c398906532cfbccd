import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { ReasonModal } from "../../components/ReasonModal";
import type { IncidentFieldsFragment } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { useViewer } from "../session/session";
import { AssignButton } from "./AssignButton";
import { AcknowledgeMutation, CloseMutation, EditMutation, ReopenMutation } from "./incidents.graphql";
import { ResolveDialog } from "./ResolveDialog";
import { isOpen } from "./severity";

interface Props {
  incident: IncidentFieldsFragment & { assignee?: { id: string } | null };
}

/** What can be done with an incident where it stands (S28, A31). */
export function IncidentActions({ incident }: Props) {
  const { id, version, status, assignee } = incident;
  const me = useViewer().id;
  const [, acknowledge] = useMutation(AcknowledgeMutation);
  const [, edit] = useMutation(EditMutation);
  const [, reopen] = useMutation(ReopenMutation);
  const [, close] = useMutation(CloseMutation);
  const [resolving, resolution] = useDisclosure();
  const [reopening, again] = useDisclosure();

  async function take() {
    const { data, error } = await acknowledge({ id });
    notifyFailure("Not acknowledged", error, data?.acknowledgeIncident.errors);
  }

  async function assign(assigneeId: string | null) {
    const { data, error } = await edit({ input: { id, assigneeId, expectedVersion: version } });
    notifyFailure("Not assigned", error, data?.updateIncident.errors);
  }

  async function shut() {
    const { data, error } = await close({ id });
    notifyFailure("Not closed", error, data?.closeIncident.errors);
  }

  async function restart(note: string) {
    const { data, error } = await reopen({ id, note: note || null });
    return !notifyFailure("Not reopened", error, data?.reopenIncident.errors);
  }

  return (
    <>
      {status === "OPEN" && (
        <Button sends size="xs" onClick={() => void take()}>
          Acknowledge
        </Button>
      )}
      {isOpen(incident) &&
        (assignee?.id === me ? (
          <Button sends size="xs" variant="default" onClick={() => void assign(null)}>
            Give back
          </Button>
        ) : (
          <Button sends size="xs" variant="default" onClick={() => void assign(me)}>
            Assign to me
          </Button>
        ))}
      {isOpen(incident) && <AssignButton incident={incident} />}
      {isOpen(incident) && (
        <Button size="xs" variant="default" onClick={resolution.open}>
          Resolve
        </Button>
      )}
      {!isOpen(incident) && (
        <Button size="xs" variant="default" onClick={again.open}>
          Reopen
        </Button>
      )}
      {status === "RESOLVED" && (
        <Button sends size="xs" variant="default" onClick={() => void shut()}>
          Close
        </Button>
      )}
      {resolving && <ResolveDialog incident={incident} onClose={resolution.close} />}
      {reopening && (
        <ReasonModal
          title={`Reopen #${incident.number}`}
          label="Why it is not resolved"
          confirm="Reopen"
          onConfirm={restart}
          onClose={again.close}
        />
      )}
    </>
  );
}
