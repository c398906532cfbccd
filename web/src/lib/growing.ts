import { useCallback, useEffect, useRef, useState } from "react";
import { type AnyVariables, type CombinedError, type TypedDocumentNode, useClient } from "urql";

import { useConnection } from "./connection";

/** A Relay connection, as far as a list needs it. */
export interface Connection<N> {
  readonly nodes: readonly N[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
  readonly totalCount?: number;
}

export interface Pages<N> {
  readonly nodes: readonly N[];
  readonly total: number | undefined;
  readonly hasMore: boolean;
  readonly fetching: boolean;
  /** Nothing is known yet. */
  readonly loading: boolean;
  readonly error: CombinedError | undefined;
  readonly more: () => void;
  readonly again: () => void;
  /** Put a newer state of a row in its place; false where the list does not hold it. */
  readonly patch: (node: N) => boolean;
}

interface State<N> {
  nodes: readonly N[];
  end: string | null;
  total: number | undefined;
  error: CombinedError | undefined;
  fetching: boolean;
  known: boolean;
}

/**
 * A list that grows page by page. Other variables begin a new list; what is shown stays until its
 * first page is there. After a lost connection it is read again from the start.
 */
export function usePages<D, V extends AnyVariables, N extends { id: string }>(
  query: TypedDocumentNode<D, V>,
  variables: Omit<V, "after">,
  pick: (data: D) => Connection<N>,
): Pages<N> {
  const client = useClient();
  const { returns } = useConnection();
  const [state, setState] = useState<State<N>>({
    nodes: [], end: null, total: undefined, error: undefined, fetching: true, known: false,
  });
  const key = JSON.stringify(variables);
  const newest = useRef({ pick, request: 0, nodes: state.nodes });
  useEffect(() => {
    newest.current.pick = pick;
    newest.current.nodes = state.nodes;
  });

  const read = useCallback(async (after: string | null) => {
    const request = ++newest.current.request;
    setState((known) => ({ ...known, fetching: true }));
    const asked = { ...(JSON.parse(key) as object), after } as unknown as V;
    const { data, error } = await client
      .query(query, asked, { requestPolicy: "network-only" })
      .toPromise();
    if (request !== newest.current.request) return;
    const page = data === undefined ? undefined : newest.current.pick(data);
    setState((known) => ({
      nodes: page ? joined(after === null ? [] : known.nodes, page.nodes) : known.nodes,
      end: page ? (page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null) : known.end,
      total: page?.totalCount ?? known.total,
      error,
      fetching: false,
      known: true,
    }));
  }, [client, query, key]);

  const again = useCallback(() => void read(null), [read]);
  useEffect(again, [again, returns]);
  const patch = useCallback((node: N) => {
    if (!newest.current.nodes.some(({ id }) => id === node.id)) return false;
    setState((known) => ({
      ...known, nodes: known.nodes.map((old) => (old.id === node.id ? { ...old, ...node } : old)),
    }));
    return true;
  }, []);

  return {
    nodes: state.nodes, total: state.total, error: state.error, fetching: state.fetching,
    loading: !state.known, hasMore: state.end !== null,
    more: () => void read(state.end), again, patch,
  };
}

/** A row that moved between two pages is there once. */
function joined<N extends { id: string }>(shown: readonly N[], found: readonly N[]): N[] {
  const ids = new Set(found.map(({ id }) => id));
  return [...shown.filter(({ id }) => !ids.has(id)), ...found];
}
