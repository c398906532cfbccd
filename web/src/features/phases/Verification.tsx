import { Group, Text } from "@mantine/core";
import { IconCheck, IconClockExclamation } from "@tabler/icons-react";

import type { PhaseFieldsFragment } from "../../gql/graphql";

/** The processes in which the last action is in force; unknown ones are listed as unknown (D4). */
export function Verification({ verification }: { verification: NonNullable<PhaseFieldsFragment["verification"]> }) {
  const { verified, summary } = verification;
  const Icon = verified ? IconCheck : IconClockExclamation;
  return (
    <Group gap={6} wrap="nowrap" data-testid="verification" data-verified={verified}>
      <Icon size={16} color={verified ? "var(--good)" : "var(--warn)"} style={{ flex: "none" }} aria-hidden />
      <Text size="sm">
        {verified ? "Verified" : "Not verified"}: {summary}
      </Text>
    </Group>
  );
}
