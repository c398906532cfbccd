import type { ClientFieldsFragment, ClientStatus, CommunicationStatus } from "../../gql/graphql";

export const STATUSES: Record<ClientStatus, { label: string; color: string }> = {
  ADDED: { label: "Not invited", color: "gray" },
  INVITED: { label: "Invited", color: "blue" },
  CONNECTED: { label: "Connected", color: "teal" },
  INACTIVE: { label: "Archived", color: "gray" },
};

/** Of an archived client alone: what the others' badge and invitation say needs no second time. */
export const COMMUNICATION: Record<CommunicationStatus, string> = {
  NOT_INVITED: "Not in touch",
  INVITED: "Invited",
  OPENED: "Opened the invitation",
  DECLINED: "Declined",
  EXPIRED: "Invitation expired",
  CONNECTED: "In touch",
  ENDED: "Connection ended",
};

/** What is known of the newest invitation, in one line; its moment is shown beside it. */
export function invitationWords({ invitation, status }: ClientFieldsFragment): { text: string; at?: string } {
  if (!invitation || status === "INACTIVE") return { text: "" };
  switch (invitation.status) {
    case "SENT":
      return { text: invitation.channel === "LINK" ? "Link created" : "Sent", at: invitation.sentAt };
    case "OPENED":
      return { text: "Opened", at: invitation.openedAt ?? invitation.sentAt };
    case "ACCEPTED":
      return { text: "Accepted", at: invitation.acceptedAt ?? invitation.sentAt };
    case "EXPIRED":
      return { text: "The invitation expired", at: invitation.expiresAt };
    case "REVOKED":
      return { text: "You withdrew the invitation" };
    case "DECLINED":
      return { text: "The couple declined" };
  }
}

/** Whether an invitation is on its way: it can be sent again or taken back. */
export function isPending({ invitation }: Pick<ClientFieldsFragment, "invitation">): boolean {
  return invitation?.status === "SENT" || invitation?.status === "OPENED";
}
