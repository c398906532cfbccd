import { useEffect } from "react";
import {
  type AnyVariables,
  type TypedDocumentNode,
  useQuery,
  type UseQueryExecute,
  type UseQueryResponse,
  type UseQueryState,
} from "urql";

import { pollWhileVisible } from "./pageVisibility";
import { useConnection } from "./connection";
import { type QueryStatus, useQueryStatus } from "./queryStatus";

const POLL_MS = 5000;

/**
 * A query that streams keep up to date through the cache. It is refetched every 5 s while they do not
 * (S82); after a reconnect the client refetches all queries.
 */
export function useLiveQuery<D, V extends AnyVariables>(
  query: TypedDocumentNode<D, V>,
  variables: V,
): [UseQueryState<D, V>, UseQueryExecute, QueryStatus] {
  const { state } = useConnection();
  const response = useQuery({
    query,
    variables,
    requestPolicy: "cache-and-network",
  } as never) as unknown as UseQueryResponse<D, V>;
  const again = response[1];
  useEffect(() => {
    if (state !== "polling") return undefined;
    return pollWhileVisible(POLL_MS, () => again({ requestPolicy: "network-only" }));
  }, [state, again]);
  return [response[0], again, useQueryStatus(response)];
}
