import { useState } from "react";

import type { MetricsQuery as Data, TimeRange } from "../../gql/graphql";
import { useLiveQuery } from "../../lib/live";
import { useStream } from "../../lib/stream";
import { MetricsQuery, MetricsStream } from "./metrics.graphql";

export type Metrics = Data["launchMetrics"];

/** The metrics of a range, newer ones as they come (S78, S109). */
export function useMetrics(range: TimeRange) {
  const [{ data }, , reading] = useLiveQuery(MetricsQuery, { range });
  const [live, setLive] = useState<Metrics>();
  useStream(MetricsStream, { range }, ({ launchMetrics }) => setLive(launchMetrics));
  const metrics = newest(range, live, data?.launchMetrics);
  return { metrics, reading: { ...reading, blank: metrics === undefined } };
}

/** The stream may still carry the range that was shown before. */
function newest(range: TimeRange, ...known: (Metrics | undefined)[]): Metrics | undefined {
  return known
    .filter((item) => item?.range === range)
    .sort((a, b) => Date.parse(b?.at ?? "") - Date.parse(a?.at ?? ""))[0];
}
