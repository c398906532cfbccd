import { Group, Text } from "@mantine/core";
import { useEffect, useRef } from "react";

import { Button } from "../../components/Button";
import type { PagedQuery } from "../../lib/pagedQuery";
import type { News } from "../../lib/pagedList";
import { useStream } from "../../lib/stream";
import { PeopleStream } from "./directory.graphql";

const SOON_MS = 2000;

/**
 * Says what a list would show if it were read again, and waits to be asked: rows never move under a
 * finger. Its line is there from the start, so that nothing is pushed when there is news.
 */
export function Followed<N>({ pages: { news, look, refetch, isFetching, isEmpty } }: { pages: PagedQuery<N> }) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useStream(PeopleStream, {}, () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      look();
    }, SOON_MS);
  });
  if (isEmpty) return null;
  const said = told(news);
  return (
    <Group gap="xs" h={26} wrap="nowrap" data-testid="news">
      <Text size="xs" c="dimmed" role="status">
        {said ?? "Refresh"}
      </Text>
      {said && (
        <Button size="compact-xs" variant="light" loading={isFetching} onClick={refetch}>
          Show
        </Button>
      )}
    </Group>
  );
}

function told({ newer, changed, gone }: News): string | undefined {
  const parts = [newer && `${newer} newer`, changed && `${changed} changed`, gone && `${gone} gone`].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : undefined;
}
