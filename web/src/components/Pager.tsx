import { Group, Text } from "@mantine/core";

import type { Cursors } from "../lib/pages";

import { Button } from "./Button";

interface Props {
  cursors: Cursors;
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
  /** Such as "214 clients". */
  total?: string;
}

/** Previous and next page of a list, and its length if known. */
export function Pager({ cursors, pageInfo: { hasNextPage, endCursor }, total }: Props) {
  const only = cursors.number === 1 && !hasNextPage;
  return (
    <Group justify="space-between">
      <Text size="sm" c="dimmed">
        {only ? total : `Page ${cursors.number}${total ? ` · ${total}` : ""}`}
      </Text>
      {!only && (
        <Group gap="xs">
          <Button variant="default" size="xs" disabled={cursors.number === 1} onClick={cursors.back}>
            Back
          </Button>
          <Button
            variant="default"
            size="xs"
            disabled={!hasNextPage || !endCursor}
            onClick={() => endCursor && cursors.next(endCursor)}
          >
            Next
          </Button>
        </Group>
      )}
    </Group>
  );
}
