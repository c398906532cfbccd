import { Badge, Group, Text } from "@mantine/core";

import type { SuspectFieldsFragment } from "../../gql/graphql";
import { unbroken } from "../../lib/format";
import { ChangeRow } from "../audit/ChangeRow";

interface Props {
  suspect: SuspectFieldsFragment;
  mayOperate: boolean;
  standsOut?: boolean;
  onReverted: () => void;
}

/** A change that may have caused an incident, why it is suspected, and the button that undoes it. */
export function SuspectRow({ suspect, ...row }: Props) {
  return (
    <div className="row">
      <ChangeRow change={suspect.change} {...row} />
      <Group gap={6}>
        {suspect.confirmedCause && (
          <Badge color="red" size="sm" variant="light">
            Confirmed cause
          </Badge>
        )}
        <Text size="xs" c="dimmed">
          Suspected because: {unbroken(suspect.why.join(", "))}
        </Text>
      </Group>
    </div>
  );
}
