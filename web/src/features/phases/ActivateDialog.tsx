import { Alert, Checkbox, Group, Loader, Stack, Text, TextInput } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useState } from "react";
import { useMutation, useQuery } from "urql";

import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Failed } from "../../components/Failed";
import type { PhaseFieldsFragment, PropagationFieldsFragment } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { useQueryStatus } from "../../lib/queryStatus";
import { useDraft } from "../../lib/useDraft";
import { ActivateMutation, PlanQuery } from "./activation.graphql";
import { Losses } from "./Losses";
import { PlanChanges } from "./PlanChanges";
import { PropagationLine } from "./PropagationLine";
import { Readiness } from "./Readiness";

interface Props {
  phase: PhaseFieldsFragment;
  onClose: () => void;
}

/** Shows the plan of an activation, which the server then applies unchanged or refuses (X2, X3). */
export function ActivateDialog({ phase, onClose }: Props) {
  const response = useQuery({
    query: PlanQuery,
    variables: { phaseId: phase.id },
    requestPolicy: "network-only",
  });
  const [{ data, fetching }, again] = response;
  const reading = useQueryStatus(response);
  const [state, activate] = useMutation(ActivateMutation);
  const [accepted, setAccepted] = useState(false);
  const [lossesAccepted, setLossesAccepted] = useState(false);
  const [reason, setReason] = useState("");
  const draft = useDraft(`activate:${phase.id}`, { reason }, (before) => setReason(before.reason), reason !== "");
  const [propagation, setPropagation] = useState<PropagationFieldsFragment | null>();
  const plan = data?.activationPlan;
  const verdict = plan?.readiness.verdict;
  const losses = plan?.losses ?? [];
  const fine = verdict === "GO" || (verdict === "GO_WITH_WARNINGS" && accepted);
  const ready = fine && (losses.length === 0 || lossesAccepted);
  const refresh = () => again({ requestPolicy: "network-only" });

  async function go() {
    if (!plan) return;
    const input = {
      phaseId: phase.id,
      planHash: plan.hash,
      readinessToken: plan.readiness.token,
      acceptWarnings: accepted,
      acceptLosses: lossesAccepted ? losses.map(({ key }) => key) : [],
      reason: reason.trim() || null,
    };
    const result = await activate({ input });
    const payload = result.data?.activateLaunchPhase;
    if (notifyFailure("Not activated", result.error, payload?.errors)) {
      refresh();
      return;
    }
    draft.done();
    setPropagation(payload?.propagation ?? null);
  }

  if (propagation !== undefined) return <Live phase={phase} propagation={propagation} onClose={onClose} />;
  return (
    <Dialog onClose={onClose} title={`Activate ${phase.name}`} size="lg">
      <Stack>
        <Failed what="The plan" reading={reading} />
        {fetching && !plan && <Loader aria-label="Preparing the plan" />}
        {plan && (
          <>
            <Readiness checks={plan.readiness.checks} />
            <PlanChanges plan={plan} />
            {[...plan.conflicts, ...plan.warnings].map((conflict) => (
              <Alert key={conflict} color="yellow" icon={<IconAlertTriangle />}>
                {conflict}
              </Alert>
            ))}
          </>
        )}
        {plan && losses.length > 0 && (
          <Losses losses={losses} about={plan.isEstimate} accepted={lossesAccepted} onAccept={setLossesAccepted} />
        )}
        {verdict === "GO_WITH_WARNINGS" && (
          <Checkbox
            checked={accepted}
            onChange={(event) => setAccepted(event.currentTarget.checked)}
            label="Activate despite warnings"
            data-testid="accept-warnings"
          />
        )}
        {verdict === "NO_GO" && (
          <Group justify="space-between">
            <Text size="sm" c="var(--bad)">
              A blocking check fails. This phase cannot be activated now.
            </Text>
            <Button variant="default" size="xs" loading={fetching} onClick={refresh}>
              Check again
            </Button>
          </Group>
        )}
        <TextInput
          label="Reason"
          description="For the audit"
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button sends disabled={!ready} loading={state.fetching} onClick={() => void go()} data-testid="activate">
            Activate
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function Live(props: Props & { propagation: PropagationFieldsFragment | null }) {
  return (
    <Dialog onClose={props.onClose} title={`${props.phase.name} is live`}>
      <Stack>
        {props.propagation ? (
          <PropagationLine first={props.propagation} />
        ) : (
          <Text size="sm">No flag had to change.</Text>
        )}
        <Group justify="flex-end">
          <Button onClick={props.onClose} data-autofocus>
            Done
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
