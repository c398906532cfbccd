import type { EventFieldsFragment } from "../../gql/graphql";

const FINE = new Set(["HEALTHY", "WARNING"]);

/** A change between HEALTHY and WARNING, which is too frequent to list. */
export function isSwing(event: EventFieldsFragment): boolean {
  return event.__typename === "HealthEvent" && FINE.has(event.healthFrom) && FINE.has(event.healthTo);
}
