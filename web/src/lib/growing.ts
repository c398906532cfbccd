import { useEffect, useState, useSyncExternalStore } from "react";
import { type AnyVariables, type CombinedError, type TypedDocumentNode, useClient } from "urql";

import { everySeen } from "./attention";
import { connection, useConnection } from "./connection";
import { type Connection, GrowingList, type News } from "./growingList";
import type { Reading } from "./reading";

const POLL_MS = 5000;

/** `again` reads all that is shown once more; it stays until then. */
export interface Pages<N> extends Reading {
  readonly nodes: readonly N[];
  readonly total: number | undefined;
  readonly hasMore: boolean;
  /** The next page is on its way. */
  readonly growing: boolean;
  readonly more: () => void;
  /** What reading again would bring, as far as `look` has found. */
  readonly news: News;
  readonly look: () => void;
  /** Put a newer state of a row in its place; false where the list does not hold it. */
  readonly patch: (node: N) => boolean;
}

/**
 * A list that grows page by page. Other variables begin a new list; what is shown stays until its
 * first page is there. It is read again after a lost connection, and every 5 s while there is none.
 * `pick` depends on its argument alone.
 */
export function usePages<D, V extends AnyVariables, N extends { id: string }>(
  query: TypedDocumentNode<D, V>,
  variables: Omit<V, "after">,
  pick: (data: D) => Connection<N>,
): Pages<N> {
  const client = useClient();
  const { state, returns } = useConnection();
  const key = JSON.stringify(variables);
  const begin = (before?: GrowingList<N, CombinedError>) =>
    new GrowingList<N, CombinedError>(async (after) => {
      const asked = { ...variables, after } as unknown as V;
      // Without contact what was read before is better than nothing.
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
    if (returns > 0) list.again();
  }, [list, returns]);
  const isPolling = state === "polling";
  useEffect(() => (isPolling ? everySeen(POLL_MS, list.again) : undefined), [list, isPolling]);

  const { nodes, end, total, error, running, known, news } = useSyncExternalStore(list.subscribe, list.read);
  return {
    nodes,
    total,
    error,
    busy: running !== undefined,
    growing: running === "more",
    blank: !known || (error !== undefined && nodes.length === 0),
    hasMore: end !== null,
    more: list.more,
    again: list.again,
    patch: list.patch,
    news,
    look: list.look,
  };
}
