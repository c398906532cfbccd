import { makeOperation, mapExchange, type Operation } from "urql";

import { connection } from "./connection";

/** Milliseconds after which a query is retried: its connection may be dead after a suspend. */
const QUERY_MS = 30_000;

/** The error of a mutation that was not sent. */
export class NotSent extends Error {
  override readonly name = "NotSent";
}

/** Rejects mutations while there is no connection, so that none is executed later (U1). */
export function contactExchange() {
  return mapExchange({
    onOperation: (operation) => {
      if (operation.kind === "query") return withFetch(operation, impatient);
      if (operation.kind !== "mutation" || connection.read().state !== "lost") return operation;
      return withFetch(operation, () => refuse);
    },
  });
}

const refuse: typeof fetch = () => Promise.reject(new NotSent("There is no contact with the server."));

function withFetch(operation: Operation, over: (fetcher: typeof fetch) => typeof fetch): Operation {
  const fetcher = operation.context.fetch ?? fetch;
  return makeOperation(operation.kind, operation, { ...operation.context, fetch: over(fetcher) });
}

const impatient =
  (fetcher: typeof fetch): typeof fetch =>
  (input, init) => {
    const limit = AbortSignal.timeout(QUERY_MS);
    return fetcher(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, limit]) : limit });
  };
