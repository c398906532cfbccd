import { Badge, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "urql";

import { Button } from "../../components/Button";
import { Row } from "../../components/Row";
import { Section } from "../../components/Section";
import type { MySessionsQuery as Data } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { useQueryStatus } from "../../lib/queryStatus";
import { Ago } from "../../lib/time";
import { MySessionsQuery, RevokeOtherSessionsMutation, RevokeSessionMutation } from "./account.graphql";
import { deviceName } from "./devices";

/** The sessions of this account; ending one also closes its live pages. */
export function Devices() {
  const response = useQuery({ query: MySessionsQuery, requestPolicy: "cache-and-network" });
  const [{ data }, again] = response;
  const reading = useQueryStatus(response);
  const [others, revokeOthers] = useMutation(RevokeOtherSessionsMutation);
  const sessions = data?.mySessions ?? [];
  const reload = () => again({ requestPolicy: "network-only" });

  async function endOthers() {
    const result = await revokeOthers({});
    if (!notifyFailure("Not logged out", result.error, [])) reload();
  }

  return (
    <Section
      title="Devices"
      reading={reading}
      aside={
        sessions.length > 1 && (
          <Button sends size="xs" variant="default" loading={others.fetching} onClick={() => void endOthers()}>
            Log out all others
          </Button>
        )
      }
    >
      <Stack gap={0}>
        {sessions.map((session) => (
          <Device key={session.id} session={session} onEnded={reload} />
        ))}
      </Stack>
    </Section>
  );
}

function Device({ session, onEnded }: { session: Data["mySessions"][number]; onEnded: () => void }) {
  const [state, revoke] = useMutation(RevokeSessionMutation);

  async function end() {
    const { error } = await revoke({ id: session.id });
    if (!notifyFailure("Not logged out", error, [])) onEnded();
  }

  return (
    <Row
      data-testid="device"
      aside={
        session.current ? (
          <Badge variant="light" color="teal">
            This one
          </Badge>
        ) : (
          <Button sends size="xs" variant="default" loading={state.fetching} onClick={() => void end()}>
            Log out
          </Button>
        )
      }
    >
      <Text size="sm" fw={500} style={{ overflowWrap: "anywhere" }} title={session.userAgent ?? undefined}>
        {deviceName(session.userAgent)}
      </Text>
      <Text size="xs" c="dimmed">
        {session.ip && `${session.ip} · `}logged in <Ago at={session.createdAt} />
      </Text>
    </Row>
  );
}
