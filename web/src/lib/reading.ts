import { useState } from "react";
import type { AnyVariables, CombinedError, UseQueryResponse } from "urql";

/** How it stands with what a part of a page has asked for. */
export interface Reading {
  readonly error: CombinedError | undefined;
  /** Nothing is known: neither what there is, nor that there is nothing. */
  readonly blank: boolean;
  /** It is being asked. */
  readonly busy: boolean;
  readonly again: () => void;
}

/** That of a query. Why it failed is known until it has succeeded: asking again does not make it unsaid. */
export function useReading<D, V extends AnyVariables>(response: UseQueryResponse<D, V>): Reading {
  const [{ data, error, fetching }, ask] = response;
  const blank = data == null;
  const [last, setLast] = useState<CombinedError>();
  if (!fetching && last !== error) setLast(error);
  return {
    error: error ?? (fetching && blank ? last : undefined),
    blank,
    busy: fetching,
    again: () => ask({ requestPolicy: "network-only" }),
  };
}

const FINAL = new Set(["FORBIDDEN", "UNAUTHENTICATED", "BAD_USER_INPUT", "NOT_FOUND", "COST_EXCEEDED"]);

/** Whether the same question may be answered in a while. */
export function mayPass(error: CombinedError): boolean {
  return !error.graphQLErrors.some(({ extensions }) => FINAL.has(String(extensions.code)));
}

export function isForbidden(error: CombinedError): boolean {
  return error.graphQLErrors.some(({ extensions }) => extensions.code === "FORBIDDEN");
}

/** Why something cannot be shown, for people. */
export function whyNot(error: CombinedError): string {
  if (error.networkError) return "The server cannot be reached.";
  if (isForbidden(error)) return "Your account may not see this. Ask an admin of the launch team.";
  return error.graphQLErrors.map(({ message }) => message).join(" ") || error.message;
}
