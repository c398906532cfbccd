import { Client, fetchExchange, mapExchange, subscriptionExchange } from "urql";
import { createClient } from "graphql-ws";

import { launchCache } from "./cache";
import { connection } from "./connection";

const SOCKET_URL = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`;

export interface LaunchClient {
  readonly client: Client;
  readonly close: () => void;
}

/** The server ends a socket so when its session has ended. */
const SESSION_ENDED = 4403;

/** We end it so, when the last stream has ended. */
const NOBODY_LISTENS = 1000;

/**
 * The page's client: a normalised cache, HTTP for questions, one socket for all streams.
 * `onEnded` hears that the server no longer takes the session.
 */
export function createLaunchClient(onEnded: () => void = () => {}): LaunchClient {
  let inUse = true;
  const socket = createClient({
    url: SOCKET_URL,
    lazy: true,
    lazyCloseTimeout: 3000, // a page that follows another takes its socket over
    keepAlive: 10_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (tries) => wait(Math.min(1000 * 2 ** tries, 15_000) * (0.5 + Math.random() / 2)),
    on: {
      connecting: () => inUse && connection.opens(),
      connected: () => inUse && connection.opened(),
      closed: (event) => {
        if (!inUse) return;
        if (event instanceof CloseEvent && event.code === NOBODY_LISTENS) return connection.rests();
        connection.lost();
        if (event instanceof CloseEvent && event.code === SESSION_ENDED) onEnded();
      },
      error: () => inUse && connection.lost(),
    },
  });
  const client = new Client({
    url: "/graphql",
    preferGetMethod: false,
    fetchOptions: { credentials: "same-origin" },
    exchanges: [
      launchCache(),
      mapExchange({
        onError: (error) => {
          if (error.graphQLErrors.some(({ extensions }) => extensions.code === "UNAUTHENTICATED")) onEnded();
        },
      }),
      subscriptionExchange({
        isSubscriptionOperation: ({ kind, context }) => kind === "subscription" || context.overSocket === true,
        forwardSubscription: (request) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe(
              { ...request, query: request.query ?? "" },
              // urql and graphql-ws describe the same sink in two versions of GraphQL's types.
              sink as Parameters<typeof socket.subscribe>[1],
            ),
          }),
        }),
      }),
      fetchExchange,
    ],
  });
  return {
    client,
    close: () => {
      inUse = false;
      connection.rests();
      void socket.dispose();
    },
  };
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
