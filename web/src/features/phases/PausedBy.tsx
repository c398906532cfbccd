import { Alert, Text } from "@mantine/core";

import type { PhaseFieldsFragment } from "../../gql/graphql";
import { actorName } from "../../lib/actor";
import { Ago } from "../../lib/time";
import { unbroken } from "../../lib/format";

interface Props {
  pause: NonNullable<PhaseFieldsFragment["pause"]>;
}

/** Who paused the phase and why: a person, a guard or the watchdog. */
export function PausedBy({ pause }: Props) {
  return (
    <Alert
      color="yellow"
      py="xs"
      data-testid="paused-by"
      title={
        <>
          Paused by {author(pause)} · <Ago at={pause.at} />
        </>
      }
    >
      {pause.reason && (
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {unbroken(pause.reason)}
        </Text>
      )}
      <Text size="sm">The ramp waits until it is resumed. Rollback criteria stay active.</Text>
    </Alert>
  );
}

function author({ author, actor }: Props["pause"]): string {
  if (author === "GUARD") return "a guard";
  if (author === "WATCHDOG") return "the watchdog";
  return actorName(actor);
}
