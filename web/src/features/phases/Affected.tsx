import { List, Text } from "@mantine/core";
import { useQuery } from "urql";

import { Failed } from "../../components/Failed";
import type { PhaseFieldsFragment, RollbackPreviewQuery as Data } from "../../gql/graphql";
import { useQueryStatus } from "../../lib/queryStatus";
import { counted } from "../../lib/format";
import { RollbackPreviewQuery } from "./rollback.graphql";

/** The users that a rollback affects; below the buttons, so that loading it moves none (X10). */
export function Affected({ phase }: { phase: PhaseFieldsFragment }) {
  const response = useQuery({
    query: RollbackPreviewQuery,
    variables: { id: phase.id },
    requestPolicy: "network-only",
  });
  const reading = useQueryStatus(response);
  const found = response[0].data?.rollbackPreview;
  if (!found) return <Failed what="Impact" reading={reading} />;
  const notes = [found.userImpact, ...found.midStep.map(atStep), ...found.conflicts];
  return (
    <div data-testid="affected">
      <Text size="sm" fw={600}>
        Impact
      </Text>
      <List size="sm">
        {notes.map((note) => (
          <List.Item key={note}>{note}</List.Item>
        ))}
      </List>
    </div>
  );
}

function atStep({ people, userType, step, affected }: Data["rollbackPreview"]["midStep"][number]): string {
  return `${counted(people, userType.toLowerCase())} in the middle of ${step.replaceAll("_", " ")}${affected ? ", which will be switched off" : ""}`;
}
