import type { Role } from "../../gql/graphql";

/** The path of the inbox of a user type; null where there is none. */
export function inboxOf(role: Role): string | null {
  if (role === "SUPPLIER") return "/notifications";
  return role === "COUPLE" ? "/inbox" : null;
}
