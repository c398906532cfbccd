import { Group, Loader, Text } from "@mantine/core";
import { IconCheck, IconClockExclamation } from "@tabler/icons-react";
import { useState } from "react";

import type { PropagationFieldsFragment } from "../../gql/graphql";
import { useStream } from "../../lib/stream";
import { PropagationStream } from "./propagation.graphql";
import { told } from "./propagation";

/** The propagation of a change of flags to all processes and clients, by their acknowledgements (X5, S97). */
export function PropagationLine({ first }: { first: PropagationFieldsFragment }) {
  const [state, setState] = useState(first);
  useStream(PropagationStream, { version: first.version }, ({ propagation }) => setState(propagation));
  return (
    <Group gap="xs" wrap="nowrap" role="status" data-testid="propagation" data-complete={state.complete}>
      {state.complete ? <IconCheck size={18} color="var(--good)" aria-hidden /> : <Waiting state={state} />}
      <Text size="sm">{told(state)}</Text>
    </Group>
  );
}

function Waiting({ state }: { state: PropagationFieldsFragment }) {
  return state.withinBudget === false ? (
    <IconClockExclamation size={18} color="var(--bad)" aria-hidden />
  ) : (
    <Loader size={16} aria-hidden />
  );
}
