import { Alert, Code, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Section } from "../../components/Section";
import type { AlertChannelsQuery as Data, SendTestAlertMutation } from "../../gql/graphql";
import { useLiveQuery } from "../../lib/live";
import { notifyFailure } from "../../lib/notifyFailure";
import { Ago } from "../../lib/time";
import { mayOperate } from "../session/roles";
import { useViewer } from "../session/session";
import { ChannelsQuery, TestAlertMutation } from "./alerts.graphql";
import { Deliveries } from "./Deliveries";

type Result = SendTestAlertMutation["sendTestAlert"]["results"][number];

/** Where alerts go, whether they arrive, and a test of that (S99, S117). */
export function Alerts() {
  const may = mayOperate(useViewer().role);
  const [{ data }, again, reading] = useLiveQuery(ChannelsQuery, {});
  const [state, send] = useMutation(TestAlertMutation);
  const [results, setResults] = useState<readonly Result[]>();
  const [sent, setSent] = useState(0);
  const channels = data?.alertChannels ?? [];

  async function test() {
    const done = await send({});
    if (notifyFailure("Test not sent", done.error, done.data?.sendTestAlert.errors)) return;
    setResults(done.data?.sendTestAlert.results);
    setSent((count) => count + 1);
    again({ requestPolicy: "network-only" });
  }

  return (
    <Section
      title="Alerts"
      reading={reading}
      aside={
        may &&
        channels.length > 0 && (
          <Button sends size="xs" variant="default" loading={state.fetching} onClick={() => void test()}>
            Send a test
          </Button>
        )
      }
    >
      {channels.length === 0 && (
        <Alert color="yellow" title="No alert channel configured">
          Set <Code>ALERT_URLS</Code> to receive alerts. Incidents are still opened automatically.
        </Alert>
      )}
      <Stack gap={0}>
        {channels.map((channel) => (
          <Channel key={channel.name} channel={channel} />
        ))}
      </Stack>
      {results?.map((result) => (
        <Outcome key={result.channel} result={result} />
      ))}
      <Deliveries key={sent} />
    </Section>
  );
}

function Channel({ channel }: { channel: Data["alertChannels"][number] }) {
  return (
    <Group className="row" justify="space-between">
      <Text size="sm" className="code">
        {channel.name}
      </Text>
      <Text size="xs" c="dimmed">
        {channel.minimumSeverity.toLowerCase()} and above
        {channel.lastSuccessAt && (
          <>
            {" "}
            · last delivered <Ago at={channel.lastSuccessAt} />
          </>
        )}
        {channel.lastTestAt ? (
          <>
            {" "}
            · tested <Ago at={channel.lastTestAt} />
          </>
        ) : (
          " · never tested"
        )}
      </Text>
      {channel.lastFailureAt && (
        <Text size="xs" c="var(--bad)">
          failed <Ago at={channel.lastFailureAt} />: {channel.lastError}
        </Text>
      )}
    </Group>
  );
}

function Outcome({ result }: { result: Result }) {
  return (
    <Alert color={result.delivered ? "teal" : "red"} role="status" py="xs">
      {result.channel}: {result.delivered ? `test delivered in ${result.latencyMs ?? 0} ms` : result.error}
    </Alert>
  );
}
