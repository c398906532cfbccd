import { useState } from "react";

export interface Cursors {
  /** The cursor for the query; null: the first page. */
  readonly after: string | null;
  /** The number of the page, from 1. */
  readonly number: number;
  readonly next: (endCursor: string) => void;
  readonly back: () => void;
}

/** The cursors of the pages of a list; starts again when `key`, its filter, changes. */
export function useCursors(key: string): Cursors {
  const [state, setState] = useState<{ key: string; trail: string[] }>({ key, trail: [] });
  const trail = state.key === key ? state.trail : [];
  return {
    after: trail.at(-1) ?? null,
    number: trail.length + 1,
    next: (endCursor) => setState({ key, trail: [...trail, endCursor] }),
    back: () => setState({ key, trail: trail.slice(0, -1) }),
  };
}
