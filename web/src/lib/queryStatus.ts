import { useState } from "react";
import type { AnyVariables, CombinedError, UseQueryResponse } from "urql";

/** The status of the query behind a part of a page. */
export interface QueryStatus {
  readonly error: CombinedError | undefined;
  /** No data has been loaded yet. */
  readonly isEmpty: boolean;
  /** A request is under way. */
  readonly isFetching: boolean;
  readonly refetch: () => void;
}

/** The status of a query. The error of the last request stays until one succeeds. */
export function useQueryStatus<D, V extends AnyVariables>(response: UseQueryResponse<D, V>): QueryStatus {
  const [{ data, error, fetching }, ask] = response;
  const isEmpty = data == null;
  const [last, setLast] = useState<CombinedError>();
  if (!fetching && last !== error) setLast(error);
  return {
    error: error ?? (fetching && isEmpty ? last : undefined),
    isEmpty,
    isFetching: fetching,
    refetch: () => ask({ requestPolicy: "network-only" }),
  };
}

const FINAL = new Set(["FORBIDDEN", "UNAUTHENTICATED", "BAD_USER_INPUT", "NOT_FOUND", "COST_EXCEEDED"]);

/** Whether a retry may succeed. */
export function mayPass(error: CombinedError): boolean {
  return !error.graphQLErrors.some(({ extensions }) => FINAL.has(String(extensions.code)));
}

export function isForbidden(error: CombinedError): boolean {
  return error.graphQLErrors.some(({ extensions }) => extensions.code === "FORBIDDEN");
}

/** Why data cannot be shown, as a sentence. */
export function whyNot(error: CombinedError): string {
  if (error.networkError) return "The server cannot be reached.";
  if (isForbidden(error)) return "Your account may not see this. Ask an admin of the launch team.";
  return error.graphQLErrors.map(({ message }) => message).join(" ") || error.message;
}
