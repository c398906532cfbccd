import { Skeleton, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useParams } from "react-router";
import { useMutation, useQuery } from "urql";

import { Button, LinkButton } from "../../components/Button";
import { AuthCard } from "../../components/AuthCard";
import type { InvitationStatus } from "../../gql/graphql";
import { plainDate } from "../../lib/dates";
import { coupleNames } from "../../lib/format";
import { notifyFailure } from "../../lib/notifyFailure";
import { whyNot } from "../../lib/queryStatus";
import { repeatKeys } from "../../lib/repeatKeys";
import { find, useGuarded } from "../access/availability";
import { Closed } from "../access/Closed";
import { useSession } from "../session/session";
import { LogOutMutation } from "../session/session.graphql";
import { JoinForm } from "./JoinForm";
import { JoinedPage } from "./Joined";
import { CoupleInvitationQuery } from "./joining.graphql";
import { joining, type Joined, type Preview } from "./preview";

/** Where the link from one's partner leads. Looking consumes nothing (M9). */
export function JoinPage() {
  const { code = "" } = useParams();
  const { viewer } = useSession();
  const [{ data, error, fetching }, again] = useQuery({ query: CoupleInvitationQuery, variables: { code } });
  const [joined, setJoined] = useState<Joined>();
  const [declined, setDeclined] = useState(false);
  const preview = data?.coupleInvitation;
  if (joined) return <JoinedPage joined={joined} />;
  if (declined) return <Over status="DECLINED" />;
  if (error && !data) {
    return (
      <AuthCard brand="WedMe" title="Your invitation" text={whyNot(error)}>
        <Button onClick={() => again({ requestPolicy: "network-only" })}>Try again</Button>
      </AuthCard>
    );
  }
  if (fetching || data === undefined) return <Loading />;
  const repeats = preview?.status === "ACCEPTED" && viewer === null && repeatKeys.read(joining(code)) !== undefined;
  if (!preview || !(preview.status === "SENT" || preview.status === "OPENED" || repeats)) {
    return <Over status={preview?.status} />;
  }
  return (
    <AuthCard brand="WedMe" title="Plan your wedding together" text={introduction(preview)}>
      <Invited
        code={code}
        preview={preview}
        repeats={repeats}
        onJoined={setJoined}
        onDeclined={() => setDeclined(true)}
      />
    </AuthCard>
  );
}

function Invited(props: React.ComponentProps<typeof JoinForm>) {
  const { viewer, renew } = useSession();
  const door = find(useGuarded("COUPLE"), "MUTATION", "acceptCoupleInvitation");
  const [state, logOut] = useMutation(LogOutMutation);
  if (door && door.availability !== "OPEN") {
    return (
      <Closed
        name={door.title}
        availability={door.availability}
        testId="closed-join"
        description="Your invitation is kept: open its link again later."
      />
    );
  }
  if (!viewer || viewer.role === "COUPLE") return <JoinForm {...props} />;

  async function leave() {
    const { error } = await logOut({});
    if (!notifyFailure("Still logged in", error, [])) await renew();
  }

  return (
    <Stack>
      <Text>
        You are logged in as <b>{viewer.email}</b>. Log out first, then open the link again.
      </Text>
      <Button loading={state.fetching} onClick={() => void leave()}>
        Log out
      </Button>
    </Stack>
  );
}

function introduction({ inviter, weddingDate, ...couple }: Preview): string {
  const names = coupleNames(couple, "");
  const wedding = names ? `the wedding of ${names}` : "your wedding";
  const day = weddingDate ? ` on ${plainDate(weddingDate, "long")}` : "";
  return `${inviter} invites you to plan ${wedding}${day}. You both see the same suppliers and messages.`;
}

const ENDINGS: Partial<Record<InvitationStatus, [title: string, text: string]>> = {
  EXPIRED: ["This invitation has expired", "Ask your partner to invite you again."],
  REVOKED: [
    "This invitation was withdrawn",
    "Your partner may have sent you a newer one. If not, ask for another link.",
  ],
  ACCEPTED: ["This invitation was accepted", "If that was you, log in with your own e-mail address."],
  DECLINED: ["You declined this invitation", "Changed your mind? Ask your partner to invite you again."],
};

function Over({ status }: { status: InvitationStatus | undefined }) {
  const { viewer } = useSession();
  const [title, text] = (status && ENDINGS[status]) ?? [
    "This link does not work",
    "It may be incomplete, or a newer one was sent. Ask your partner for another link.",
  ];
  return (
    <AuthCard brand="WedMe" title={title}>
      <Text role="alert" data-testid="join-over" data-status={status ?? "UNKNOWN"}>
        {text}
      </Text>
      <LinkButton to="/" variant="default">
        {viewer ? "Go to my start page" : "Log in"}
      </LinkButton>
    </AuthCard>
  );
}

function Loading() {
  return (
    <AuthCard brand="WedMe" title="Your invitation">
      <Stack role="progressbar" aria-label="The invitation is loading">
        <Skeleton height={36} />
        <Skeleton height={36} />
      </Stack>
    </AuthCard>
  );
}
