import type { Role } from "../../gql/graphql";

/** Where the conversations of a side are; e-mails lead there too (domain/marketplace/message_emails.py). */
export function pathOf(role: Role): string {
  return role === "COUPLE" ? "/conversations" : "/messages";
}
