import { Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Row } from "../../components/Row";
import { Section } from "../../components/Section";
import type { SilenceFieldsFragment } from "../../gql/graphql";
import { actorName } from "../../lib/actor";
import { useLiveQuery } from "../../lib/live";
import { notifyFailure } from "../../lib/notifyFailure";
import { Moment } from "../../lib/time";
import { TITLES } from "../health/checks";
import { mayOperate } from "../session/roles";
import { useViewer } from "../session/session";
import { SilenceDialog } from "./SilenceDialog";
import { EndSilenceMutation, SilencesQuery } from "./silences.graphql";

/** Planned work, during which the failures it causes send no alerts (A28). */
export function Silences() {
  const may = mayOperate(useViewer().role);
  const [{ data }, again, reading] = useLiveQuery(SilencesQuery, {});
  const [planning, dialog] = useDisclosure();
  const refresh = () => again({ requestPolicy: "network-only" });
  const silences = data?.silences.nodes ?? [];
  return (
    <Section
      title="Silences"
      reading={reading}
      aside={
        may && (
          <Button size="xs" variant="default" onClick={dialog.open}>
            Silence alerts
          </Button>
        )
      }
    >
      {silences.length === 0 && (
        <Text c="dimmed" size="sm">
          No silences. All alerts are delivered.
        </Text>
      )}
      <Stack gap={0}>
        {silences.map((silence) => (
          <Line key={silence.id} silence={silence} mayEnd={may} onEnded={refresh} />
        ))}
      </Stack>
      {planning && <SilenceDialog onMade={refresh} onClose={dialog.close} />}
    </Section>
  );
}

function Line(props: { silence: SilenceFieldsFragment; mayEnd: boolean; onEnded: () => void }) {
  const { silence, mayEnd, onEnded } = props;
  const [state, end] = useMutation(EndSilenceMutation);
  const which = silence.checks.length === 0 ? "all checks" : silence.checks.map((check) => TITLES[check]).join(", ");

  async function onEnd() {
    const { data, error } = await end({ id: silence.id });
    if (!notifyFailure("Not ended", error, data?.endSilence.errors)) onEnded();
  }

  return (
    <Row
      data-testid={`silence-${silence.reason}`}
      aside={
        mayEnd && (
          <Button sends size="xs" variant="default" loading={state.fetching} onClick={() => void onEnd()}>
            End
          </Button>
        )
      }
    >
      <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
        {silence.reason}
      </Text>
      <Text size="xs" c="dimmed">
        {which} ·{" "}
        {silence.status === "PLANNED" ? (
          <>
            from <Moment at={silence.startsAt} />
          </>
        ) : (
          "now"
        )}{" "}
        until <Moment at={silence.endsAt} />
        {" · "}
        {actorName(silence.createdBy)}
        {silence.holdsCriteria && " · criteria held"}
      </Text>
    </Row>
  );
}
