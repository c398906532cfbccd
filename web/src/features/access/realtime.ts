import { useEffect, useRef } from "react";
import type { AnyVariables, TypedDocumentNode } from "urql";

import { pollWhileVisible } from "../../lib/pageVisibility";
import { useStream } from "../../lib/stream";
import { useAccess } from "./access";

const POLL_MS = 5000;

/**
 * A stream of the caller's own rows. While the flag of live updates is off the server refuses it: what
 * `again` asks for is read every 5 s then.
 */
export function useRealtime<D, V extends AnyVariables>(
  document: TypedDocumentNode<D, V>,
  variables: V,
  again: () => void,
  onData?: () => void,
): void {
  const on = useIsLive();
  useStream(document, variables, onData, !on);
  usePollWhileOff(again);
}

/** Reads again every 5 s while live updates are off. */
export function usePollWhileOff(again: () => void): void {
  const on = useIsLive();
  const ask = useRef(again);
  useEffect(() => {
    ask.current = again;
  });
  useEffect(() => (on ? undefined : pollWhileVisible(POLL_MS, () => ask.current())), [on]);
}

function useIsLive(): boolean {
  const { known, allows } = useAccess();
  return known && allows("mvp_realtime_updates");
}
