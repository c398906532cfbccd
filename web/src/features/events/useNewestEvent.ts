import { useEffect, useRef, useState } from "react";

import { useStream } from "../../lib/stream";
import { EventStream } from "./events.graphql";

const PAUSE_MS = 2000;

/**
 * The cursor of the newest event that came in while this is shown, for lists that follow them. Of many
 * at once it tells the first, then the last: a list need not be read for each.
 */
export function useNewestEvent(wanted: (kind: string) => boolean = () => true): string | undefined {
  const [cursor, setCursor] = useState<string>();
  const pause = useRef<{ timer: ReturnType<typeof setTimeout>; next: string | undefined }>(undefined);
  useEffect(() => () => clearTimeout(pause.current?.timer), []);

  function tell(next: string) {
    setCursor(next);
    pause.current = {
      next: undefined,
      timer: setTimeout(() => {
        const held = pause.current?.next;
        pause.current = undefined;
        if (held !== undefined) tell(held);
      }, PAUSE_MS),
    };
  }

  useStream(EventStream, {}, ({ launchEvents: event }) => {
    if (!wanted(event.__typename)) return;
    if (pause.current) pause.current.next = event.cursor;
    else tell(event.cursor);
  });
  return cursor;
}
