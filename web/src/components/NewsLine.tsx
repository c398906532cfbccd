import { Group, Text } from "@mantine/core";

import { Button } from "./Button";
import type { News } from "../lib/pagedList";
import type { PagedQuery } from "../lib/pagedQuery";

/**
 * Shows how a refetch would change a list, with a button for it: rows never move under the
 * pointer. Its line is always there, so that a change causes no layout shift.
 */
export function NewsLine<N>({ pages: { news, refetch, isFetching, isEmpty } }: { pages: PagedQuery<N> }) {
  if (isEmpty) return null;
  const text = newsText(news);
  return (
    <Group gap="xs" h={26} wrap="nowrap" data-testid="news">
      <Text size="xs" c="dimmed" role="status">
        {text ?? "Refresh"}
      </Text>
      {text && (
        <Button size="compact-xs" variant="light" loading={isFetching} onClick={refetch}>
          Show
        </Button>
      )}
    </Group>
  );
}

function newsText({ newer, changed, gone }: News): string | undefined {
  const parts = [newer && `${newer} newer`, changed && `${changed} changed`, gone && `${gone} gone`].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : undefined;
}
