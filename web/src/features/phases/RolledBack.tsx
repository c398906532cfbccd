import { Alert, Anchor, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { Link } from "react-router";

import type { PhaseFieldsFragment } from "../../gql/graphql";
import { PropagationLine } from "./PropagationLine";
import { ManualSteps, type Outcome } from "./RollBackDialog";

/** That it is off, and that everybody has heard of it; never the one in place of the other (X5). */
export function RolledBack(props: { phase: PhaseFieldsFragment; outcome: Outcome; onClose: () => void }) {
  const { phase, outcome, onClose } = props;
  return (
    <Modal opened onClose={onClose} title={`${phase.name} is rolled back`}>
      <Stack data-testid="rolled-back">
        <Text size="sm">
          {outcome.restored.length} flags changed.
          {outcome.incident && (
            <>
              {" "}It is incident{" "}
              <Anchor component={Link} to={`/admin/incidents/${outcome.incident.number}`} inherit underline="always">
                #{outcome.incident.number}
              </Anchor>.
            </>
          )}
        </Text>
        {outcome.propagation && <PropagationLine first={outcome.propagation} />}
        {outcome.conflicts.map((conflict) => <Alert key={conflict} color="yellow">{conflict}</Alert>)}
        <ManualSteps phase={phase} title="Now by hand" />
        <Group justify="flex-end"><Button onClick={onClose} data-autofocus>Done</Button></Group>
      </Stack>
    </Modal>
  );
}
