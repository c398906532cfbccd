import {
  Alert, Button, Checkbox, Group, Loader, Modal, Stack, Table, Text, ThemeIcon,
} from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useMutation, useQuery } from "urql";

import type { PhaseFieldsFragment, PlanQuery as Plan } from "../../gql/graphql";
import { sentence, succeeded } from "../../lib/outcome";
import { ActivateMutation, PlanQuery } from "./phases.graphql";

type Readiness = Plan["activationPlan"]["readiness"];

/** What will happen, before it does; what was shown is what the server holds to (SPEC X2, X3). */
export function ActivateDialog(props: { phase: PhaseFieldsFragment; onClose: () => void }) {
  const { phase, onClose } = props;
  const [{ data, error, fetching }, again] = useQuery({
    query: PlanQuery, variables: { phaseId: phase.id }, requestPolicy: "network-only",
  });
  const [state, activate] = useMutation(ActivateMutation);
  const [accepted, setAccepted] = useState(false);
  const plan = data?.activationPlan;
  const verdict = plan?.readiness.verdict;
  const ready = verdict === "GO" || (verdict === "GO_WITH_WARNINGS" && accepted);

  async function go() {
    if (!plan) return;
    const input = {
      phaseId: phase.id, planHash: plan.hash, readinessToken: plan.readiness.token,
      acceptWarnings: accepted,
    };
    const result = await activate({ input });
    if (succeeded("Not activated", result.error, result.data?.activateLaunchPhase.errors)) onClose();
    else again({ requestPolicy: "network-only" });
  }

  return (
    <Modal opened onClose={onClose} title={`Activate ${phase.name}`} size="lg">
      <Stack>
        {error && <Alert color="red" role="alert">{sentence(error)}</Alert>}
        {fetching && !plan && <Loader aria-label="The plan is being made" />}
        {plan && (
          <>
            <Checks readiness={plan.readiness} />
            <Changes plan={plan} />
            {plan.conflicts.map((conflict) => (
              <Alert key={conflict} color="yellow" icon={<IconAlertTriangle />}>{conflict}</Alert>
            ))}
          </>
        )}
        {verdict === "GO_WITH_WARNINGS" && (
          <Checkbox
            checked={accepted} onChange={(event) => setAccepted(event.currentTarget.checked)}
            label="Go ahead although some checks warn" data-testid="accept-warnings"
          />
        )}
        {verdict === "NO_GO" && (
          <Group justify="space-between">
            <Text size="sm" c="red">A blocking check fails: this phase cannot go live now.</Text>
            <Button variant="default" size="xs" loading={fetching}
              onClick={() => again({ requestPolicy: "network-only" })}>
              Check again
            </Button>
          </Group>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>Cancel</Button>
          <Button disabled={!ready} loading={state.fetching} onClick={() => void go()} data-testid="activate">
            Activate
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Checks({ readiness }: { readiness: Readiness }) {
  const sorted = [...readiness.checks].sort(
    (a, b) => Number(a.ok) - Number(b.ok) || Number(b.blocking) - Number(a.blocking),
  );
  return (
    <Stack gap={6} aria-label="Readiness" role="list">
      {sorted.map((check) => (
        <Group key={check.key} gap="xs" wrap="nowrap" align="flex-start" role="listitem">
          <ThemeIcon size="sm" variant="light" color={check.ok ? "teal" : check.blocking ? "red" : "yellow"}>
            {check.ok ? <IconCheck size={14} /> : <IconX size={14} />}
          </ThemeIcon>
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {check.title} <Text span size="sm" c="dimmed">{check.detail}</Text>
          </Text>
        </Group>
      ))}
    </Stack>
  );
}

function Changes({ plan }: { plan: Plan["activationPlan"] }) {
  const users = plan.exposure.reduce((sum, row) => sum + row.after - row.before, 0);
  return (
    <div>
      <Text fw={600} size="sm">
        {plan.changes.length} flags change, {users} more {users === 1 ? "user sees" : "users see"} something new
      </Text>
      <Table.ScrollContainer minWidth={320} mah={220}>
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr><Table.Th>Flag</Table.Th><Table.Th>Now</Table.Th><Table.Th>Then</Table.Th></Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {plan.changes.map(({ key, before, after }) => (
              <Table.Tr key={key}>
                <Table.Td>{key}</Table.Td><Table.Td>{shown(before)}</Table.Td><Table.Td>{shown(after)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}

function shown(state: { enabled: boolean; rolloutPercentage: number }): string {
  return state.enabled ? `${state.rolloutPercentage} %` : "off";
}
