import { useState } from "react";

export interface Cursors {
  /** For the query: null is the first page. */
  readonly after: string | null;
  /** 1 for the first page. */
  readonly number: number;
  readonly next: (endCursor: string) => void;
  readonly back: () => void;
}

/** The way through a list, page by page; it begins anew when `key`, its filter, changes. */
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
