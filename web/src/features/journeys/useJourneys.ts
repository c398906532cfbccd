import { useEffect, useState } from "react";

import type { JourneyFieldsFragment, TimeRange } from "../../gql/graphql";
import { useLiveQuery } from "../../lib/live";
import { useStream } from "../../lib/stream";
import { JourneysQuery, JourneysStream } from "./journeys.graphql";

const SOON_MS = 2000;

/** The funnels of a range: those of the last 24 hours as they move, others asked for again when they do. */
export function useJourneys(range: TimeRange) {
  const [{ data }, again, reading] = useLiveQuery(JourneysQuery, { range });
  const [live, setLive] = useState<readonly JourneyFieldsFragment[]>();
  const [moves, setMoves] = useState(0);
  useStream(JourneysStream, {}, ({ journeys }) => {
    setLive(journeys);
    setMoves((count) => count + 1);
  });
  const isLive = range === "LAST_24H";
  useEffect(() => {
    if (isLive || moves < 2) return undefined;
    const timer = setTimeout(() => again({ requestPolicy: "network-only" }), SOON_MS);
    return () => clearTimeout(timer);
  }, [isLive, moves, again]);
  const known = data?.launchMetrics.range === range ? data.launchMetrics.journeys : undefined;
  const journeys = (isLive ? live : undefined) ?? known;
  return { journeys, reading: { ...reading, blank: journeys === undefined } };
}
