import type { Role } from "../../gql/graphql";

/** Where the inbox of a side is; null for those who have none. */
export function inboxOf(role: Role): string | null {
  if (role === "SUPPLIER") return "/notifications";
  return role === "COUPLE" ? "/inbox" : null;
}
