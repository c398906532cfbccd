import { Text } from "@mantine/core";

import { LinkButton } from "../../components/Button";
import { AuthCard } from "../../components/AuthCard";
import type { InvitationStatus } from "../../gql/graphql";
import { useSession } from "../session/session";
import { RequestNewLink } from "./RequestNewLink";

interface Ending {
  readonly title: string;
  readonly text: (supplier: string) => string;
}

const ENDINGS: Partial<Record<InvitationStatus, Ending>> = {
  EXPIRED: {
    title: "This invitation has expired",
    text: (supplier) => `You can still plan your wedding with ${supplier}: ask for a new link.`,
  },
  REVOKED: {
    title: "This invitation was withdrawn",
    text: (supplier) => `A newer link may be in your mail. If not, ask ${supplier}.`,
  },
  ACCEPTED: {
    title: "This invitation was accepted",
    text: (supplier) =>
      `If that was you, log in, with a password or by a link in an e-mail: ${supplier} is among your suppliers. ` +
      `If not, tell ${supplier}.`,
  },
  DECLINED: {
    title: "You declined this invitation",
    text: (supplier) => `Changed your mind? Ask ${supplier} for a new one.`,
  },
};

const UNKNOWN: Ending = {
  title: "This link does not work",
  text: () =>
    "It may be incomplete, or a newer one was sent. Open the link in the latest e-mail, or ask your supplier to send it again.",
};

/** A link that leads nowhere any more, in human words and with a way on. */
export function Over({
  code,
  status,
  supplier,
}: {
  code: string;
  status: InvitationStatus | undefined;
  supplier: string | undefined;
}) {
  const { viewer } = useSession();
  const { title, text } = (status && ENDINGS[status]) ?? UNKNOWN;
  return (
    <AuthCard brand="WedMe" title={title}>
      <Text role="alert" data-testid="invitation-over" data-status={status ?? "UNKNOWN"}>
        {text(supplier ?? "your supplier")}
      </Text>
      {status === "EXPIRED" && <RequestNewLink code={code} supplier={supplier ?? "your supplier"} />}
      <LinkButton to="/" variant="default">
        {viewer ? "Go to my start page" : "Log in"}
      </LinkButton>
    </AuthCard>
  );
}

/** Just now, by this couple. */
export function Declined({ supplier }: { supplier: string | undefined }) {
  return (
    <AuthCard brand="WedMe" title="Invitation declined">
      <Text role="status" data-testid="invitation-declined">
        We have told {supplier ?? "your supplier"}. You can close this page.
      </Text>
    </AuthCard>
  );
}
