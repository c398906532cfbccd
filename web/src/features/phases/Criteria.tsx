import { Badge, Group, Stack, Text } from "@mantine/core";

import type { PhaseFieldsFragment } from "../../gql/graphql";
import { Lasting } from "../../lib/time";
import { unbroken } from "../../lib/format";
import { standingOf, type Status } from "./standing";
import { VERDICT } from "./status";

interface Props {
  criteria: PhaseFieldsFragment["successCriteria"];
  live: boolean;
}

/** Each criterion with its value, limit, distance, and the start of its verdict (X1, U5). */
export function Criteria({ criteria, live }: Props) {
  if (criteria.length === 0) return null;
  return (
    <Stack gap={0} role="list" aria-label="Success criteria">
      {criteria.map((status) => (
        <Line key={status.criterion.key} status={status} live={live} />
      ))}
    </Stack>
  );
}

const ON_FAILURE = { WARN: "warns", HOLD: "holds the ramp", ROLLBACK: "rolls back" };

function Line({ status, live }: { status: Status; live: boolean }) {
  const { criterion, verdict, explanation, since } = status;
  const { label, color } = VERDICT[verdict];
  const { name, measures, value, limit, distance } = standingOf(status);
  return (
    <Group
      className="row"
      role="listitem"
      gap="xs"
      wrap="nowrap"
      align="flex-start"
      data-testid={`criterion-${criterion.key}`}
      data-verdict={verdict}
    >
      <Badge color={live ? color : "gray"} variant="light" miw={84} style={{ flex: "none" }}>
        {live ? label : "Not live"}
      </Badge>
      <div style={{ minWidth: 0 }}>
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          <Text span fw={600} inherit>
            {name}
          </Text>
          {live ? ` · ${value} (limit ${limit})` : ` · limit ${limit}`}
          {live && distance && (
            <Text span inherit c={verdict === "FAILING" ? "var(--bad)" : "dimmed"}>{` · ${distance}`}</Text>
          )}
          {live && since && (
            <Text span inherit c="dimmed">
              {" "}
              · <Lasting at={since} />
            </Text>
          )}
        </Text>
        <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {measures} · on failure: {ON_FAILURE[criterion.action]}
          {criterion.dryRun && " (dry run: never)"}
        </Text>
        {live && verdict !== "PASSING" && (
          <Text size="xs" style={{ overflowWrap: "anywhere" }}>
            {unbroken(explanation)}
          </Text>
        )}
      </div>
    </Group>
  );
}
