/** A message on its way, or one that was not sent. */
export interface Outgoing {
  /** The idempotency key: a repeat with it sends nothing twice. */
  readonly key: string;
  readonly text: string;
  /** Why it was not sent; undefined: it is on its way. */
  readonly problem?: string | undefined;
}

export type OutgoingAction =
  | { readonly type: "send"; readonly key: string; readonly text: string }
  | { readonly type: "failed"; readonly key: string; readonly problem: string }
  | { readonly type: "gone"; readonly key: string };

/** What becomes of messages on their way; each keeps its place until it has arrived. */
export function outgoing(items: readonly Outgoing[], action: OutgoingAction): readonly Outgoing[] {
  switch (action.type) {
    case "send": {
      const { key, text } = action;
      const isRepeat = items.some((item) => item.key === key);
      return isRepeat ? items.map((item) => (item.key === key ? { key, text } : item)) : [...items, { key, text }];
    }
    case "failed":
      return items.map((item) => (item.key === action.key ? { ...item, problem: action.problem } : item));
    case "gone":
      return items.filter(({ key }) => key !== action.key);
  }
}

export const INTERRUPTED = "It is not known whether this was sent. Sending it again does nothing twice.";

/** Messages whose sending a reload interrupted: their responses are lost. */
export function restored(stored: object | undefined): readonly Outgoing[] {
  const items: unknown = stored && "items" in stored ? stored.items : [];
  if (!Array.isArray(items)) return [];
  return items.filter(isOutgoing).map((item) => ({ ...item, problem: item.problem ?? INTERRUPTED }));
}

function isOutgoing(item: unknown): item is Outgoing {
  return typeof item === "object" && item !== null && "key" in item && "text" in item && typeof item.text === "string";
}
