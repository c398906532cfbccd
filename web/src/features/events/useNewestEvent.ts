import { useState } from "react";

import { useStream } from "../../lib/stream";
import { EventStream } from "./events.graphql";

/** The cursor of the newest event that came in while this is shown, for lists that follow them. */
export function useNewestEvent(wanted: (kind: string) => boolean = () => true): string | undefined {
  const [cursor, setCursor] = useState<string>();
  useStream(EventStream, {}, ({ launchEvents: event }) => {
    if (wanted(event.__typename)) setCursor(event.cursor);
  });
  return cursor;
}
