import { Table, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";

import type { JourneyFieldsFragment } from "../../gql/graphql";
import { span } from "../../lib/spans";
import { sentenceCase } from "../../lib/format";

/** The same journey by what suppliers offer: one trade may fail where the others do well. */
export function Breakdown({ rows }: { rows: JourneyFieldsFragment["breakdown"] }) {
  const [shown, table] = useDisclosure();
  if (rows.length === 0) return null;
  return (
    <div>
      <UnstyledButton
        onClick={table.toggle}
        aria-expanded={shown}
        fz="xs"
        c="var(--mantine-color-anchor)"
        td="underline"
      >
        {shown ? "Hide trades" : "By trade"}
      </UnstyledButton>
      {shown && (
        <Table.ScrollContainer minWidth={240}>
          <Table verticalSpacing={2} fz="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Trade</Table.Th>
                <Table.Th>Completed</Table.Th>
                <Table.Th>Success rate</Table.Th>
                <Table.Th>Median</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Table.Tr key={row.vendorType ?? "unknown"}>
                  <Table.Td>{row.vendorType ? sentenceCase(row.vendorType) : "Unknown"}</Table.Td>
                  <Table.Td>
                    {row.completed.toLocaleString()} of {row.started.toLocaleString()}
                  </Table.Td>
                  <Table.Td>
                    {row.successRate == null ? "–" : `${row.successRate.toFixed(0)} % of ${row.ended.toLocaleString()}`}
                  </Table.Td>
                  <Table.Td>{row.p50Seconds == null ? "–" : span(row.p50Seconds * 1000)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </div>
  );
}
