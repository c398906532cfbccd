import { Table, Text } from "@mantine/core";

import type { PlanQuery as Plan } from "../../gql/graphql";
import { counted } from "../../lib/format";

type State = Plan["activationPlan"]["changes"][number]["before"];
type Delta = Plan["activationPlan"]["exposure"][number];

/** Each flag before and after, and the users who gain it (X3). */
export function PlanChanges({ plan }: { plan: Plan["activationPlan"] }) {
  const users = plan.exposure.reduce((sum, row) => sum + row.after - row.before, 0);
  const moved = plan.exposure.filter(({ before, after }) => before !== after);
  return (
    <div>
      <Text fw={600} size="sm">
        {counted(plan.changes.length, "flag changes", "flags change")}, {reach(users)}
      </Text>
      {moved.length > 0 && (
        <Text size="sm" c="dimmed">
          {moved.map(delta).join(" · ")}
        </Text>
      )}
      <Table.ScrollContainer minWidth={320} maxHeight={220}>
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Flag</Table.Th>
              <Table.Th>Now</Table.Th>
              <Table.Th>Then</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {plan.changes.map(({ key, before, after }) => (
              <Table.Tr key={key}>
                <Table.Td>{key}</Table.Td>
                <Table.Td>{shown(before)}</Table.Td>
                <Table.Td>{shown(after)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}

function shown({ enabled, rolloutPercentage, targetGroups }: State): string {
  if (!enabled) return "off";
  return `${rolloutPercentage} %${targetGroups.length > 0 ? ` of ${targetGroups.join(", ")}` : ""}`;
}

/** A phase that starts at a low percentage may take a flag from users: the plan shows this too. */
function reach(users: number): string {
  const people = counted(Math.abs(users), "user");
  return users < 0 ? `${people} fewer will see something` : `${people} more will see something new`;
}

/** photographers 12 → 48, 48 see all of it. */
function delta({ userType, vendorType, before, after, afterAll }: Delta): string {
  return `${(vendorType ?? userType).toLowerCase()} ${before} → ${after}, ${afterAll} see all of it`;
}
