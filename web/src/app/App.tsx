import { Button, Center, Loader, Stack, Text, Title } from "@mantine/core";
import { useCallback, useEffect, useState } from "react";
import { Provider, useQuery } from "urql";

import { LogInPage } from "../features/session/LogInPage";
import { ViewerQuery } from "../features/session/session.graphql";
import { createLaunchClient } from "../lib/client";
import { sentence } from "../lib/outcome";
import { LaunchControlPage } from "./LaunchControlPage";
import { Shell } from "./Shell";

const STAFF = new Set(["ADMIN", "OPERATOR", "VIEWER"]);

/** A new client for each session: no row of one person is ever shown to the next. */
export function App() {
  const [session, setSession] = useState(createLaunchClient);
  const renew = useCallback(() => {
    session.close();
    setSession(createLaunchClient());
  }, [session]);
  return (
    <Provider value={session.client}>
      <Entrance onChange={renew} />
    </Provider>
  );
}

function Entrance({ onChange }: { onChange: () => void }) {
  const [{ data, error, fetching }, again] = useQuery({ query: ViewerQuery });
  const unreachable = error !== undefined && data === undefined;
  useEffect(() => {
    if (!unreachable) return undefined;
    const timer = setTimeout(() => again({ requestPolicy: "network-only" }), 5000);
    return () => clearTimeout(timer);
  }, [unreachable, again]);

  if (fetching && data === undefined) return <Center mih="100vh"><Loader aria-label="Loading" /></Center>;
  if (unreachable) {
    return (
      <Notice title="The server does not answer" text={`${sentence(error)} Trying again every 5 s.`}>
        <Button onClick={() => again({ requestPolicy: "network-only" })}>Try now</Button>
      </Notice>
    );
  }
  const viewer = data?.viewer;
  if (!viewer) return <LogInPage onLoggedIn={onChange} />;
  return (
    <Shell viewer={viewer} onLoggedOut={onChange}>
      {STAFF.has(viewer.role) ? (
        <LaunchControlPage mayOperate={viewer.role !== "VIEWER"} />
      ) : (
        <Notice title="Not for this account" text="Launch Control is for the launch team." />
      )}
    </Shell>
  );
}

function Notice(props: { title: string; text: string; children?: React.ReactNode }) {
  return (
    <Center mih="60vh" p="md">
      <Stack align="center" role="alert">
        <Title order={1} size="h3">{props.title}</Title>
        <Text c="dimmed" ta="center">{props.text}</Text>
        {props.children}
      </Stack>
    </Center>
  );
}
