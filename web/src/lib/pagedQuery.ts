import { useEffect, useState, useSyncExternalStore } from "react";
import { type AnyVariables, type CombinedError, type TypedDocumentNode, useClient } from "urql";

import { pollWhileVisible } from "./pageVisibility";
import { connection, useConnection } from "./connection";
import { type Connection, PagedList, type News } from "./pagedList";
import type { QueryStatus } from "./queryStatus";

const POLL_MS = 5000;

/** `refetch` reads everything that is shown again; it stays visible meanwhile. */
export interface PagedQuery<N> extends QueryStatus {
  readonly nodes: readonly N[];
  readonly total: number | undefined;
  readonly hasMore: boolean;
  /** The next page is being loaded. */
  readonly isLoadingMore: boolean;
  readonly more: () => void;
  /** What a refetch would change, as far as `look` has found. */
  readonly news: News;
  readonly look: () => void;
  /** Replace a row by a newer state; false if the list does not contain it. */
  readonly patch: (node: N) => boolean;
}

/**
 * A list that grows page by page. Other variables start a new list; the old rows stay until its
 * first page is loaded. It is refetched after a reconnect, and every 5 s without a stream.
 * `pick` depends on its argument alone.
 */
export function usePages<D, V extends AnyVariables, N extends { id: string }>(
  query: TypedDocumentNode<D, V>,
  variables: Omit<V, "after">,
  pick: (data: D) => Connection<N>,
): PagedQuery<N> {
  const client = useClient();
  const { state, reconnects } = useConnection();
  const key = JSON.stringify(variables);
  const begin = (before?: PagedList<N, CombinedError>) =>
    new PagedList<N, CombinedError>(async (after) => {
      const asked = { ...variables, after } as unknown as V;
      // Without a connection, cached data is better than none.
      const requestPolicy = connection.read().state === "lost" ? "cache-only" : "network-only";
      const { data, error } = await client.query(query, asked, { requestPolicy }).toPromise();
      return { page: data == null ? undefined : pick(data), error };
    }, before);

  const [held, setHeld] = useState(() => ({ client, query, key, list: begin() }));
  if (held.client !== client || held.query !== query || held.key !== key) {
    setHeld({ client, query, key, list: begin(held.list) });
  }
  const { list } = held;
  useEffect(() => list.start(), [list]);
  useEffect(() => {
    if (reconnects > 0) list.again();
  }, [list, reconnects]);
  const isPolling = state === "polling";
  useEffect(() => (isPolling ? pollWhileVisible(POLL_MS, list.again) : undefined), [list, isPolling]);

  const { nodes, end, total, error, running, known, news } = useSyncExternalStore(list.subscribe, list.read);
  return {
    nodes,
    total,
    error,
    isFetching: running !== undefined,
    isLoadingMore: running === "more",
    isEmpty: !known || (error !== undefined && nodes.length === 0),
    hasMore: end !== null,
    more: list.more,
    refetch: list.again,
    patch: list.patch,
    news,
    look: list.look,
  };
}
