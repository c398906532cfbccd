import type { EventFieldsFragment } from "../../gql/graphql";

const FINE = new Set(["HEALTHY", "WARNING"]);

/** A check that is a little slower or quicker than it should be: all night long, and nobody's news. */
export function isSwing(event: EventFieldsFragment): boolean {
  return event.__typename === "HealthEvent" && FINE.has(event.healthFrom) && FINE.has(event.healthTo);
}
