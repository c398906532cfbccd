import { Group, Spoiler, Stack, Text } from "@mantine/core";

import { type Difference, differences, fieldName, shown } from "../lib/differences";

/** The fields of a change with their values before and after, shortened to fit (A4). */
export function Diff({ before, after }: { before: unknown; after: unknown }) {
  const lines = differences(before, after);
  if (lines.length === 0) return null;
  const stack = (
    <Stack gap={2}>
      {lines.map((line) => (
        <Line key={line.field} line={line} />
      ))}
    </Stack>
  );
  if (lines.length <= 3) return stack;
  return (
    <Spoiler
      maxHeight={38}
      showLabel={`All ${lines.length} fields`}
      hideLabel="Less"
      styles={{ control: { fontSize: "var(--mantine-font-size-xs)" } }}
    >
      {stack}
    </Spoiler>
  );
}

function Line({ line: { field, from, to } }: { line: Difference }) {
  return (
    <Group gap="0 6px" align="baseline" style={{ overflowWrap: "anywhere" }}>
      <Text size="xs" c="dimmed">
        {fieldName(field)}
      </Text>
      {from !== undefined && (
        <Text size="xs" td="line-through" c="dimmed">
          {shown(from, field)}
        </Text>
      )}
      {from !== undefined && (
        <Text size="xs" c="dimmed" role="img" aria-label="becomes">
          →
        </Text>
      )}
      <Text size="xs" fw={600} style={{ minWidth: 0 }}>
        {to === undefined ? "nothing" : shown(to, field)}
      </Text>
    </Group>
  );
}
