import type { ClientFieldsFragment, ClientStatus } from "../../gql/graphql";

export const STATUSES: Record<ClientStatus, { label: string; color: string }> = {
  ADDED: { label: "Not invited", color: "gray" },
  INVITED: { label: "Invited", color: "blue" },
  CONNECTED: { label: "Connected", color: "teal" },
  INACTIVE: { label: "Archived", color: "gray" },
};

/** What is known of the newest invitation, in one line; its moment is shown beside it. */
export function invitationWords({ invitation, status }: ClientFieldsFragment): { text: string; at?: string } {
  if (!invitation || status === "INACTIVE") return { text: "" };
  switch (invitation.status) {
    case "SENT":
      return { text: invitation.channel === "LINK" ? "Link made" : "Sent", at: invitation.sentAt };
    case "OPENED":
      return { text: "Opened", at: invitation.openedAt ?? invitation.sentAt };
    case "ACCEPTED":
      return { text: "Accepted", at: invitation.acceptedAt ?? invitation.sentAt };
    case "EXPIRED":
      return { text: "The invitation ran out", at: invitation.expiresAt };
    case "REVOKED":
      return { text: "You took the invitation back" };
    case "DECLINED":
      return { text: "The couple said no" };
  }
}

/** Whether an invitation is on its way: it can be sent again or taken back. */
export function isPending({ invitation }: Pick<ClientFieldsFragment, "invitation">): boolean {
  return invitation?.status === "SENT" || invitation?.status === "OPENED";
}
