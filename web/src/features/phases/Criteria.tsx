import { Badge, Group, Stack, Text } from "@mantine/core";

import type { PhaseFieldsFragment } from "../../gql/graphql";
import { unbroken } from "../../lib/words";
import { VERDICT } from "./status";

interface Props {
  criteria: PhaseFieldsFragment["successCriteria"];
  live: boolean;
}

/** Each promise of the phase with its verdict and the sentence behind it (SPEC X1). */
export function Criteria({ criteria, live }: Props) {
  if (criteria.length === 0) return null;
  return (
    <Stack gap={4}>
      {criteria.map(({ criterion, verdict, explanation }) => {
        const { label, color } = VERDICT[verdict];
        return (
          <Group key={criterion.key} gap="xs" wrap="nowrap" align="flex-start">
            <Badge color={live ? color : "gray"} variant="light" miw={84} style={{ flex: "none" }}>
              {live ? label : "Later"}
            </Badge>
            <Text size="sm" style={{ overflowWrap: "anywhere" }}>
              {unbroken(explanation)}
              <Text span size="xs" c="dimmed"> · on failure: {criterion.action.toLowerCase()}</Text>
            </Text>
          </Group>
        );
      })}
    </Stack>
  );
}
