import { Group, Text } from "@mantine/core";

import type { PagedQuery } from "../lib/pagedQuery";

import { Button } from "./Button";

/** The footer of a list: how many rows are shown, and a button that loads more. */
export function LoadMore<N>({ pages, none }: { pages: PagedQuery<N>; none: string }) {
  const { nodes, total, hasMore, isEmpty, isLoadingMore } = pages;
  if (nodes.length === 0) {
    return isEmpty ? null : (
      <Text c="dimmed" size="sm">
        {none}
      </Text>
    );
  }
  return (
    <Group justify="space-between">
      <Text c="dimmed" size="xs" role="status">
        {nodes.length.toLocaleString()} {total === undefined ? "shown" : `of ${total.toLocaleString()}`}
      </Text>
      {hasMore && (
        <Button size="xs" variant="default" loading={isLoadingMore} onClick={pages.more}>
          Load more
        </Button>
      )}
    </Group>
  );
}
