import { Client, fetchExchange, mapExchange, subscriptionExchange } from "urql";
import { persistedExchange } from "@urql/exchange-persisted";
import { createClient } from "graphql-ws";

import { onReturn } from "./attention";
import { launchCache } from "./cache";
import { clock } from "./clock";
import { connection } from "./connection";
import { hashOf } from "./hash";
import { Heartbeat } from "./heartbeat";

const SOCKET_URL = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`;

export interface LaunchClient {
  readonly client: Client;
  readonly close: () => void;
}

/** The server ends a socket so when its session has ended. */
const SESSION_ENDED = 4403;

const PING = JSON.stringify({ type: "ping" });

/** We end it so, when the last stream has ended. */
const NOBODY_LISTENS = 1000;

/**
 * The page's client: a normalised cache, HTTP for questions, one socket for all streams.
 * `onEnded` hears that the server no longer takes the session.
 */
export function createLaunchClient(onEnded: () => void = () => {}): LaunchClient {
  let inUse = true;
  let open: WebSocket | undefined;
  const heartbeat = new Heartbeat(() => socket.terminate());
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
      opened: (opened) => {
        open = opened as WebSocket;
      },
      ping: (received) => !received && heartbeat.asked(),
      pong: (received) => received && heartbeat.over(),
      connected: () => inUse && connection.opened(),
      closed: (event) => {
        open = undefined;
        heartbeat.over();
        if (!inUse) return;
        if (event instanceof CloseEvent && event.code === NOBODY_LISTENS) return connection.rests();
        connection.lost();
        if (event instanceof CloseEvent && event.code === SESSION_ENDED) onEnded();
      },
      error: () => inUse && connection.lost(),
    },
  });
  const leave = onReturn(() => {
    if (open?.readyState !== WebSocket.OPEN) return;
    open.send(PING);
    heartbeat.asked();
  });
  const client = new Client({
    url: "/graphql",
    preferGetMethod: false,
    fetchOptions: { credentials: "same-origin" },
    fetch: async (input, init) => {
      const answer = await fetch(input, init);
      clock.heard(answer.headers.get("date"), Date.now());
      return answer;
    },
    exchanges: [
      launchCache(),
      mapExchange({
        onError: (error) => {
          if (error.graphQLErrors.some(({ extensions }) => extensions.code === "UNAUTHENTICATED")) onEnded();
        },
      }),
      persistedExchange({
        enableForMutation: true,
        enableForSubscriptions: true,
        preferGetForPersistedQueries: false,
        generateHash: hashOf,
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
      leave();
      connection.rests();
      void socket.dispose();
    },
  };
}

/** Shorter where somebody comes back to the page: they want to see it live. */
function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      leave();
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    const leave = onReturn(done);
  });
}
