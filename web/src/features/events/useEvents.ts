import { useCallback, useEffect, useState } from "react";
import { type OperationResult, useClient } from "urql";

import type { EventFieldsFragment, RecentEventsQuery as Data } from "../../gql/graphql";
import { pollWhileVisible } from "../../lib/pageVisibility";
import { serverNow } from "../../lib/clock";
import { useConnection } from "../../lib/connection";
import type { QueryStatus } from "../../lib/queryStatus";
import { useStream } from "../../lib/stream";
import { EventStream, RecentEventsQuery } from "./events.graphql";
import { KEPT, merged } from "./merged";
import { isSwing } from "./swings";

/** Enough to fill what is seen at once: small swings are not shown, and may be most of a page. */
const ENOUGH = 30;
const WINDOW_MS = 6 * 3_600_000;
const POLL_MS = 5000;

export interface Feed extends QueryStatus {
  readonly events: readonly EventFieldsFragment[];
}

type State = Omit<Feed, "refetch" | "isEmpty"> & { known: boolean };

/** The newest events first: read from there back, then streamed, and read again after a gap. */
export function useEvents(): Feed {
  const client = useClient();
  const { state, reconnects } = useConnection();
  const isPolling = state === "polling";
  const [feed, setFeed] = useState<State>({ events: [], error: undefined, isFetching: true, known: false });
  const [wishes, setWishes] = useState(0);
  const again = useCallback(() => setWishes((count) => count + 1), []);

  useStream(EventStream, {}, ({ launchEvents: event }) => {
    if (event.__typename === "StreamGap") again();
    else setFeed((known) => ({ ...known, events: merged(known.events, [event]) }));
  });

  useEffect(() => {
    let wanted = true;
    async function read() {
      setFeed((known) => ({ ...known, isFetching: true }));
      const since = new Date(serverNow() - WINDOW_MS).toISOString();
      let after: string | null = null;
      let found: readonly EventFieldsFragment[] = [];
      do {
        const result: OperationResult<Data> = await client
          .query(RecentEventsQuery, { since, after }, { requestPolicy: "network-only" })
          .toPromise();
        if (!wanted) return;
        const page: Data["launchEvents"] | undefined = result.data?.launchEvents ?? undefined;
        const nodes = page?.nodes ?? [];
        found = [...found, ...nodes];
        setFeed((feed) => ({
          events: merged(feed.events, nodes),
          error: result.error,
          isFetching: false,
          known: feed.known || page !== undefined,
        }));
        after = page?.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
      } while (after !== null && found.length < KEPT && news(found) < ENOUGH);
    }
    void read();
    const rest = isPolling ? pollWhileVisible(POLL_MS, () => void read()) : undefined;
    return () => {
      wanted = false;
      rest?.();
    };
  }, [client, isPolling, reconnects, wishes]);

  const { known, ...shown } = feed;
  return { ...shown, isEmpty: !known, refetch: again };
}

function news(events: readonly EventFieldsFragment[]): number {
  return events.filter((event) => !isSwing(event)).length;
}
