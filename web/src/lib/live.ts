import { useEffect } from "react";
import { type AnyVariables, type TypedDocumentNode, useQuery, type UseQueryExecute, type UseQueryResponse, type UseQueryState } from "urql";

import { everySeen } from "./attention";
import { useConnection } from "./connection";
import { type Reading, useReading } from "./reading";

const POLL_MS = 5000;

/**
 * A query that streams keep up to date through the cache. It is read again when the socket is
 * back, for what was missed, and every 5 s while there is no socket (SPEC S82).
 */
export function useLiveQuery<D, V extends AnyVariables>(
  query: TypedDocumentNode<D, V>,
  variables: V,
): [UseQueryState<D, V>, UseQueryExecute, Reading] {
  const { state, returns } = useConnection();
  const response = useQuery({ query, variables, requestPolicy: "cache-and-network" } as never) as
    unknown as UseQueryResponse<D, V>;
  const again = response[1];
  useEffect(() => {
    if (returns > 0) again({ requestPolicy: "network-only" });
  }, [returns, again]);
  useEffect(() => {
    if (state !== "polling") return undefined;
    return everySeen(POLL_MS, () => again({ requestPolicy: "network-only" }));
  }, [state, again]);
  return [response[0], again, useReading(response)];
}
