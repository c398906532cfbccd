import { useCallback, useEffect, useRef } from "react";

import type { MarketplaceEventKind } from "../../gql/graphql";
import type { PagedQuery } from "../../lib/pagedQuery";
import { useStream } from "../../lib/stream";
import { ActivityStream } from "./activity.graphql";
import { PeopleStream } from "./directory.graphql";
import { NewsLine } from "../../components/NewsLine";

const SOON_MS = 2000;

/** Reads a list of people again when one of them has gone on. */
export function Followed<N>({ pages }: { pages: PagedQuery<N> }) {
  const soon = useSoon(pages.look);
  useStream(PeopleStream, {}, soon);
  return <NewsLine pages={pages} />;
}

/** Calls back after marketplace events of these kinds, once for those of two seconds. */
export function useFollowedEvents(kinds: readonly MarketplaceEventKind[] | null, look: () => void): void {
  const soon = useSoon(look);
  useStream(ActivityStream, { kinds: kinds && [...kinds] }, soon);
}

/** Many calls within two seconds become one, at their end. */
function useSoon(look: () => void): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(look);
  useEffect(() => {
    latest.current = look;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      latest.current();
    }, SOON_MS);
  }, []);
}
