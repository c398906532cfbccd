import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { createClient } from "graphql-ws";

/** Questions over HTTP, streams over a socket of their own, both with the session of the page. */
export function createExplorerFetcher(): { fetcher: Fetcher; close: () => void } {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const wsClient = createClient({ url: `${scheme}://${location.host}/graphql`, lazy: true });
  const fetcher = createGraphiQLFetcher({
    url: "/graphql",
    wsClient,
  });
  return { fetcher, close: () => void wsClient.dispose() };
}
