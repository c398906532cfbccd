import { mapExchange } from "urql";

import { mayPass } from "./queryStatus";

/**
 * A query that fails temporarily keeps its last data.
 * Data that the viewer may no longer see is removed.
 */
export function lastKnownExchange() {
  const known = new Map<number, unknown>();
  return mapExchange({
    onOperation: (operation) => {
      if (operation.kind === "teardown") known.delete(operation.key);
    },
    onResult: (result) => {
      const { operation, error } = result;
      const data: unknown = result.data;
      if (operation.kind !== "query") return result;
      if (data != null) known.set(operation.key, data);
      else if (error && mayPass(error) && known.has(operation.key))
        return { ...result, data: known.get(operation.key) };
      return result;
    },
  });
}
