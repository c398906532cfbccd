import type { ActorFieldsFragment } from "../gql/graphql";

/** The name of an actor. */
export function actorName(actor: ActorFieldsFragment | null | undefined): string {
  if (actor?.__typename === "User") return actor.email ?? "somebody";
  if (actor?.__typename === "ApiToken") return `token ${actor.name}`;
  return actor?.component ?? "system";
}
