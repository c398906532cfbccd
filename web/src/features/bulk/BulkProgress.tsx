import { Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { Section } from "../../components/Section";
import type { BulkFieldsFragment as Bulk } from "../../gql/graphql";
import { useLiveQuery } from "../../lib/live";
import { notifyFailure } from "../../lib/notifyFailure";
import { Moment } from "../../lib/time";
import { counted } from "../../lib/format";
import { useRealtime } from "../access/realtime";
import { BulkInvitationQuery, BulkInvitationStream, StopBulkInvitationMutation } from "./bulk.graphql";

/** How far the newest bulk invitation is, while it matters: it runs, or some could not be sent. */
export function BulkProgress() {
  const [{ data }, again] = useLiveQuery(BulkInvitationQuery, {});
  const bulk = data?.viewer?.supplier?.bulkInvitation;
  const runs = bulk?.status === "RUNNING";
  useRealtime(BulkInvitationStream, {}, () => again({ requestPolicy: "network-only" }));
  if (!bulk || (!runs && bulk.progress.notSent === 0 && bulk.progress.stopped === 0)) return null;
  return <Shown bulk={bulk} />;
}

function Shown({ bulk }: { bulk: Bulk }) {
  const { progress } = bulk;
  const runs = bulk.status === "RUNNING";
  const decided = progress.total - progress.waiting;
  return (
    <Section title="Invitations to many" aside={runs && <Stop id={bulk.id} waiting={progress.waiting} />}>
      <Stack gap="xs" data-testid="bulk-progress" data-status={bulk.status}>
        <progress
          value={decided}
          max={Math.max(progress.total, 1)}
          aria-label="Invitations dealt with"
          style={{ width: "100%", accentColor: "var(--mantine-primary-color-filled)" }}
        />
        <Text size="sm">
          <b>
            {progress.sent.toLocaleString()} of {counted(progress.total, "invitation")} sent.
          </b>
          {progress.stopped > 0 && ` ${counted(progress.stopped, "invitation")} stopped.`}
        </Text>
        {runs && bulk.heldBy && (
          <Text size="sm" c="var(--warn)" role="alert">
            Nothing leaves at present: {bulk.heldBy}
          </Text>
        )}
        {runs && progress.lastAt && (
          <Text size="sm" data-testid="bulk-forecast">
            {counted(progress.withinADay, "invitation")} {progress.withinADay === 1 ? "leaves" : "leave"} within 24
            hours, the last one <Moment at={progress.lastAt} />.
          </Text>
        )}
        <Reasons
          title={`${counted(progress.notSent, "invitation")} cannot be sent`}
          items={bulk.refused}
          total={progress.notSent}
        />
        {runs && <Reasons title="Tried again later" items={bulk.held.filter(({ reason }) => reason)} />}
      </Stack>
    </Section>
  );
}

function Reasons({ title, items, total }: { title: string; items: Bulk["refused"]; total?: number }) {
  if (items.length === 0) return null;
  const rest = (total ?? items.length) - items.length;
  return (
    <details data-testid="bulk-reasons">
      <summary>
        <Text span size="sm" fw={500}>
          {title}
        </Text>
      </summary>
      <Stack gap={0} mt={4}>
        {items.map(({ position, reason, client }) => (
          <Text key={position} size="sm" className="row" style={{ overflowWrap: "anywhere" }}>
            <b>{client.coupleNames}</b>: {reason}
          </Text>
        ))}
        {rest > 0 && (
          <Text size="sm" c="dimmed">
            And {rest.toLocaleString()} more.
          </Text>
        )}
      </Stack>
    </details>
  );
}

function Stop({ id, waiting }: { id: string; waiting: number }) {
  const [asking, setAsking] = useState(false);
  const [, stop] = useMutation(StopBulkInvitationMutation);

  async function go() {
    const { data, error } = await stop({ id });
    notifyFailure("Not stopped", error, data?.stopBulkInvitation.errors);
  }

  return (
    <>
      <Button size="xs" variant="default" onClick={() => setAsking(true)} data-testid="stop-bulk">
        Stop
      </Button>
      {asking && (
        <ConfirmDialog title="Stop the invitations?" confirm="Stop" onConfirm={go} onClose={() => setAsking(false)}>
          {`${counted(waiting, "invitation")} that wait are not sent. Those that were sent stay.`}
        </ConfirmDialog>
      )}
    </>
  );
}
