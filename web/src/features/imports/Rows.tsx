import { Stack, Text } from "@mantine/core";

import { plainDate } from "../../lib/dates";
import type { Preview } from "./fields";

/** The first clients that would be added, as they would be stored. */
export function FreshRows({ rows, total }: { rows: Preview["fresh"]; total: number }) {
  return (
    <Stack gap={0}>
      {rows.map(({ number, coupleNames, email, weddingDate, warnings }) => (
        <div className="row" key={number}>
          <Text fw={500} style={{ overflowWrap: "anywhere" }}>
            {coupleNames}
          </Text>
          <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {[weddingDate ? plainDate(weddingDate, "long") : "No date yet", email ?? "No e-mail"].join(" · ")}
          </Text>
          {warnings.map((text) => (
            <Text key={text} size="sm" c="var(--warn)">
              {text}
            </Text>
          ))}
        </div>
      ))}
      <Rest shown={rows.length} total={total} />
    </Stack>
  );
}

/** Those that are there, and how they were recognised. */
export function KnownRows({ rows, total }: { rows: Preview["known"]; total: number }) {
  return (
    <Stack gap={0}>
      {rows.map(({ number, coupleNames, duplicateOfRow, existing }) => (
        <Text key={number} size="sm" className="row" style={{ overflowWrap: "anywhere" }}>
          Row {number}: {coupleNames}
          <Text span c="dimmed" inherit>
            {duplicateOfRow
              ? ` · the same as row ${duplicateOfRow}`
              : existing
                ? ` · your client ${existing.coupleNames}`
                : ""}
          </Text>
        </Text>
      ))}
      <Rest shown={rows.length} total={total} />
    </Stack>
  );
}

function Rest({ shown, total }: { shown: number; total: number }) {
  if (total <= shown) return null;
  return (
    <Text size="sm" c="dimmed" mt="xs">
      And {(total - shown).toLocaleString()} more.
    </Text>
  );
}
