import { Badge, Group, Stack, Text } from "@mantine/core";
import { useEffect } from "react";
import { useMutation, useQuery } from "urql";

import { Button } from "../../components/Button";
import { Failed } from "../../components/Failed";
import type { PhaseFieldsFragment, RehearsalFieldsFragment } from "../../gql/graphql";
import { pollWhileVisible } from "../../lib/pageVisibility";
import { notifyFailure } from "../../lib/notifyFailure";
import { useQueryStatus } from "../../lib/queryStatus";
import { Ago } from "../../lib/time";
import { sentenceCase } from "../../lib/format";
import { RehearsalsQuery, RehearseMutation } from "./rehearsals.graphql";
import { told } from "./propagation";

const LOOK_AGAIN_MS = 1500;
const COLORS = { RUNNING: "indigo", PASSED: "teal", FAILED: "red" } as const;

/** Rehearsals: runs on copies of the flags, with a fault that must cause a rollback (X4). */
export function Rehearsals({ phase, mayOperate }: { phase: PhaseFieldsFragment; mayOperate: boolean }) {
  const response = useQuery({
    query: RehearsalsQuery,
    variables: { key: phase.key },
    requestPolicy: "cache-and-network",
  });
  const [{ data }, again] = response;
  const reading = useQueryStatus(response);
  const [state, rehearse] = useMutation(RehearseMutation);
  const last = data?.launchPhase?.runs.nodes.find(({ kind }) => kind === "REHEARSAL");
  const running = last?.rehearsal?.status === "RUNNING";
  useEffect(() => {
    if (!running) return undefined;
    return pollWhileVisible(LOOK_AGAIN_MS, () => again({ requestPolicy: "network-only" }));
  }, [running, again]);

  async function start() {
    const result = await rehearse({ input: { phaseId: phase.id } });
    notifyFailure("Not rehearsed", result.error, result.data?.rehearseLaunchPhase.errors);
    again({ requestPolicy: "network-only" });
  }

  return (
    <Group justify="space-between" align="flex-start" data-testid="rehearsal" data-status={last?.rehearsal?.status}>
      <div style={{ minWidth: 0, flex: "1 1 14rem" }}>
        <Text size="sm" fw={600}>
          Rehearsal
        </Text>
        <Failed what="The last rehearsal" reading={reading} />
        {last?.rehearsal && <Result run={last} rehearsal={last.rehearsal} />}
        {data && !last && (
          <Text size="sm" c="dimmed">
            Never rehearsed. A rehearsal uses a copy of the flags and affects nobody.
          </Text>
        )}
      </div>
      {mayOperate && (
        <Button sends size="xs" variant="default" loading={state.fetching || running} onClick={() => void start()}>
          Rehearse
        </Button>
      )}
    </Group>
  );
}

interface ResultProps {
  run: RehearsalFieldsFragment;
  rehearsal: NonNullable<RehearsalFieldsFragment["rehearsal"]>;
}

function Result({ run, rehearsal }: ResultProps) {
  const { status, stage, failure, detectionSeconds, decisionSeconds, explanation, propagation, steps } = rehearsal;
  const reach = steps.map(({ percentage, exposed, people }) => `${percentage} %: ${exposed} of ${people}`).join(" · ");
  return (
    <Stack gap={2}>
      <Group gap="xs">
        <Badge color={COLORS[status]} variant="light">
          {sentenceCase(status)}
        </Badge>
        <Text size="xs" c="dimmed">
          <Ago at={run.startedAt} />
          {status === "RUNNING" && ` · ${sentenceCase(stage).toLowerCase()}`}
        </Text>
      </Group>
      {failure && (
        <Text size="sm" c="var(--bad)">
          {failure}
        </Text>
      )}
      {reach && (
        <Text size="xs" c="dimmed">
          ramp {reach}
        </Text>
      )}
      {detectionSeconds != null && (
        <Text size="sm">
          fault detected after {detectionSeconds.toFixed(1)} s
          {decisionSeconds != null && `, rolled back automatically after ${decisionSeconds.toFixed(1)} s`}
        </Text>
      )}
      {explanation && (
        <Text size="xs" c="dimmed">
          {explanation}
        </Text>
      )}
      {propagation && (
        <Text size="xs" c="dimmed">
          {told(propagation)}
        </Text>
      )}
    </Stack>
  );
}
