import { Client, fetchExchange, mapExchange, subscriptionExchange } from "urql";
import { persistedExchange } from "@urql/exchange-persisted";
import { createClient } from "graphql-ws";

import { ActiveQueries } from "./activeQueries";
import { pollWhileVisible, onPageReturn } from "./pageVisibility";
import { launchCache } from "./cache";
import { clock } from "./clock";
import { connection } from "./connection";
import { contactExchange } from "./contact";
import { ContactDocument } from "../gql/graphql";
import { hashOf } from "./hash";
import { lastKnownExchange } from "./lastKnown";

const SOCKET_URL = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`;

export interface LaunchClient {
  readonly client: Client;
  readonly close: () => void;
}

/** The code with which the server closes a socket whose session has ended. */
const SESSION_ENDED = 4403;

const PING = JSON.stringify({ type: "ping" });
const PING_MS = 4000;
/** Milliseconds between HTTP probes of the server while the socket is silent. */
const PROBE_MS = 3000;

/** The code with which we close a socket after its last stream has ended. */
const NOBODY_LISTENS = 1000;

/**
 * The client of the page: a normalised cache, HTTP for queries, one socket for all streams.
 * `onEnded` is called when the server no longer accepts the session.
 */
export function createLaunchClient(onEnded: () => void = () => undefined): LaunchClient {
  let inUse = true;
  const queries = new ActiveQueries();
  let open: WebSocket | undefined;
  const socket = createClient({
    url: SOCKET_URL,
    lazy: true,
    lazyCloseTimeout: 3000, // the next page reuses the socket
    keepAlive: 30_000, // for hidden pages; visible ones send their own pings
    connectionAckWaitTimeout: 10_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (tries) => wait(Math.min(1000 * 2 ** tries, 15_000) * (0.5 + Math.random() / 2)),
    on: {
      connecting: () => inUse && connection.opens(),
      opened: (opened) => {
        open = opened as WebSocket;
      },
      message: () => inUse && connection.heard(),
      pong: (received, payload) => received && inUse && connection.streams(Number(payload?.streamAgeMs ?? 0)),
      connected: () => inUse && connection.opened(),
      closed: (event) => {
        open = undefined;
        if (!inUse) return;
        if (event instanceof CloseEvent && event.code === NOBODY_LISTENS) {
          connection.rests();
          return;
        }
        connection.broken();
        if (event instanceof CloseEvent && event.code === SESSION_ENDED) onEnded();
      },
      error: () => inUse && connection.broken(),
    },
  });
  const leaving = [
    pollWhileVisible(PING_MS, () => open?.readyState === WebSocket.OPEN && open.send(PING)),
    pollWhileVisible(PROBE_MS, probe),
    connection.subscribe(follow),
  ];
  let last = connection.read();

  function follow() {
    const before = last;
    last = connection.read();
    if (!inUse) return;
    if (last.reconnects > before.reconnects) queries.askAgain(client);
    // Close a socket without answers, and, once the server answers again, one that has hung since then.
    const isOpen = open?.readyState === WebSocket.OPEN;
    if (last.state === "lost" ? before.state !== "lost" : before.state === "lost" && !isOpen) socket.terminate();
  }

  function probe() {
    const { state } = connection.read();
    if (!inUse || state === "live" || state === "resting" || open?.readyState === WebSocket.OPEN) return;
    const probe = client.query(ContactDocument, {}, { requestPolicy: "network-only" }).subscribe(() => undefined);
    setTimeout(() => probe.unsubscribe(), PROBE_MS);
  }

  const client = new Client({
    url: "/graphql",
    preferGetMethod: false,
    fetchOptions: { credentials: "same-origin" },
    fetch: async (input, init) => {
      const answer = await fetch(input, init);
      clock.heard(answer.headers.get("date"), Date.now());
      // A proxy answers for a server that is down, but not with GraphQL.
      if (inUse && answer.headers.get("content-type")?.includes("json")) connection.heard();
      return answer;
    },
    exchanges: [
      queries.exchange(),
      contactExchange(),
      lastKnownExchange(),
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
      for (const leave of leaving) leave();
      connection.rests();
      void socket.dispose();
    },
  };
}

/** Ends early when the page becomes visible or the server is reachable again. */
function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      leave();
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    const leave = onPageReturn(done);
    const { reconnects } = connection.read();
    const unsubscribe = connection.subscribe(() => connection.read().reconnects > reconnects && done());
  });
}
