import { Skeleton, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useParams } from "react-router";
import { useMutation, useQuery } from "urql";

import { Button } from "../../components/Button";
import { AuthCard } from "../../components/AuthCard";
import { notifyFailure } from "../../lib/notifyFailure";
import { whyNot } from "../../lib/queryStatus";
import { repeatKeys } from "../../lib/repeatKeys";
import { find, useGuarded } from "../access/availability";
import { Closed } from "../access/Closed";
import { LogOutMutation } from "../session/session.graphql";
import { useSession } from "../session/session";
import { vendorName } from "../suppliers/vendors";
import { AcceptForm } from "./AcceptForm";
import { type Connection, Connected } from "./Connected";
import { Declined, Over } from "./Over";
import { Repeat } from "./Repeat";
import { PreviewQuery } from "./invitations.graphql";
import { acceptance } from "./preview";

/** Where the link of an invitation leads. Looking consumes nothing (S41, S91). */
export function AcceptPage() {
  const { code = "" } = useParams();
  const { viewer } = useSession();
  const [{ data, error, fetching }, again] = useQuery({ query: PreviewQuery, variables: { code } });
  const [connection, setConnection] = useState<Connection>();
  const [declined, setDeclined] = useState(false);
  const preview = data?.invitation;
  if (connection) return <Connected connection={connection} />;
  if (declined) return <Declined supplier={preview?.supplierName} />;
  if (error && !data) {
    return (
      <AuthCard brand="WedMe" title="Your invitation" text={whyNot(error)}>
        <Button onClick={() => again({ requestPolicy: "network-only" })}>Try again</Button>
      </AuthCard>
    );
  }
  if (fetching || data === undefined) return <Loading />;
  if (preview?.status === "ACCEPTED" && viewer === null && repeatKeys.read(acceptance(code))) {
    return <Repeat code={code} supplier={preview.supplierName} onConnected={setConnection} />;
  }
  if (!preview || (preview.status !== "SENT" && preview.status !== "OPENED")) {
    return <Over code={code} status={preview?.status} supplier={preview?.supplierName} />;
  }
  return (
    <AuthCard
      brand="WedMe"
      title={`${preview.supplierName} invites you`}
      text={`Plan your wedding together with your ${vendorName(preview.vendorType).toLowerCase()}.`}
    >
      <Invited code={code} preview={preview} onConnected={setConnection} onDeclined={() => setDeclined(true)} />
    </AuthCard>
  );
}

function Invited(props: React.ComponentProps<typeof AcceptForm>) {
  const { viewer, renew } = useSession();
  const door = find(useGuarded("COUPLE"), "MUTATION", "acceptInvitation");
  const [state, logOut] = useMutation(LogOutMutation);
  if (door && door.availability !== "OPEN") {
    return (
      <Closed
        name={door.title}
        availability={door.availability}
        testId="closed-accept"
        description="Your invitation is kept: open its link again later."
      />
    );
  }
  if (!viewer || viewer.role === "COUPLE") return <AcceptForm {...props} />;

  async function leave() {
    const { error } = await logOut({});
    if (!notifyFailure("Still logged in", error, [])) await renew();
  }

  return (
    <Stack>
      <Text>
        You are logged in as <b>{viewer.email}</b>. Only couples accept invitations: log out first.
      </Text>
      <Button loading={state.fetching} onClick={() => void leave()}>
        Log out
      </Button>
    </Stack>
  );
}

function Loading() {
  return (
    <AuthCard brand="WedMe" title="Your invitation">
      <Stack role="progressbar" aria-label="The invitation is loading">
        <Skeleton height={36} />
        <Skeleton height={36} />
        <Skeleton height={36} />
      </Stack>
    </AuthCard>
  );
}
