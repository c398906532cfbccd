import { Alert, Anchor, Group, Stack, Text } from "@mantine/core";
import { Link } from "react-router";

import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import type { PhaseFieldsFragment, RollBackMutation as Data } from "../../gql/graphql";
import { counted } from "../../lib/format";
import { ManualSteps } from "./ManualSteps";
import { PropagationLine } from "./PropagationLine";

export type Outcome = Data["rollbackLaunchPhase"];

/** Whether the rollback is in force and whether every client has received it, as separate facts (X5). */
export function RolledBack(props: { phase: PhaseFieldsFragment; outcome: Outcome; onClose: () => void }) {
  const { phase, outcome, onClose } = props;
  return (
    <Dialog onClose={onClose} title={`${phase.name} is rolled back`}>
      <Stack data-testid="rolled-back">
        <Text size="sm">
          {counted(outcome.restored.length, "flag")} changed.
          {outcome.incident && (
            <>
              {" "}
              It is incident{" "}
              <Anchor component={Link} to={`/admin/incidents/${outcome.incident.number}`} inherit underline="always">
                #{outcome.incident.number}
              </Anchor>
              .
            </>
          )}
        </Text>
        {outcome.propagation && <PropagationLine first={outcome.propagation} />}
        {outcome.conflicts.map((conflict) => (
          <Alert key={conflict} color="yellow">
            {conflict}
          </Alert>
        ))}
        <ManualSteps phase={phase} title="Manual steps" />
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            Done
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
