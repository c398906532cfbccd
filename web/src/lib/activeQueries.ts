import { type Client, mapExchange, type Operation } from "urql";

/** The queries of the mounted components; all are refetched after a lost connection. */
export class ActiveQueries {
  private readonly operations = new Map<number, Operation>();

  exchange() {
    return mapExchange({
      onOperation: (operation) => {
        if (operation.kind === "query") this.operations.set(operation.key, operation);
        if (operation.kind === "teardown") this.operations.delete(operation.key);
      },
    });
  }

  askAgain(client: Client): void {
    for (const operation of this.operations.values()) {
      const context = { ...operation.context, requestPolicy: "network-only" as const };
      client.reexecuteOperation(client.createRequestOperation("query", operation, context));
    }
  }
}
