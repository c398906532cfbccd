import type { ActorFieldsFragment } from "../gql/graphql";

/** Who did something, in a word. */
export function actorName(actor: ActorFieldsFragment | null | undefined): string {
  if (actor?.__typename === "User") return actor.email ?? "somebody";
  if (actor?.__typename === "ApiToken") return `token ${actor.name}`;
  return actor?.component ?? "system";
}
