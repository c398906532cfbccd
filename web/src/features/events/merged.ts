import type { EventFieldsFragment } from "../../gql/graphql";

/** The number of events that are kept; the audit has the older ones. */
export const KEPT = 200;

/**
 * What is known with what was found, both the newest first. Events of one transaction share their
 * moment: there the order of what was found holds, which is that of the log.
 */
export function merged<E extends Pick<EventFieldsFragment, "cursor" | "at">>(
  known: readonly E[],
  found: readonly E[],
): E[] {
  const all = new Map([...known].reverse().map((event) => [event.cursor, event]));
  for (const event of [...found].reverse()) {
    all.delete(event.cursor);
    all.set(event.cursor, event);
  }
  return [...all.values()]
    .reverse()
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
    .slice(0, KEPT);
}
