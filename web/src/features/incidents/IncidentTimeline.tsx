import { Group, Stack, Switch, Text, TextInput } from "@mantine/core";
import { type SubmitEvent, useEffect, useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Form } from "../../components/Form";
import { Section } from "../../components/Section";
import { actorName } from "../../lib/actor";
import { notifyFailure } from "../../lib/notifyFailure";
import { usePages } from "../../lib/pagedQuery";
import { Ago } from "../../lib/time";
import { useDraft } from "../../lib/useDraft";
import { unbroken } from "../../lib/format";
import { isSwing } from "../events/swings";
import { EditMutation, TimelineQuery } from "./incidents.graphql";

interface Props {
  incident: { id: string; number: number };
  /** Changes with each event, and asks for the timeline again. */
  newest: string | undefined;
  mayOperate: boolean;
}

/** So many entries are read by themselves; a system that flaps all night writes more. */
const READ = 500;

const NOTHING = { nodes: [], pageInfo: { hasNextPage: false } };

/** The events of an incident with their authors, and the notes of people (A33). */
export function IncidentTimeline({ incident, newest, mayOperate }: Props) {
  const [all, setAll] = useState(false);
  const pages = usePages(TimelineQuery, { number: incident.number }, ({ incidents }) => {
    const timeline = incidents.nodes[0]?.timeline ?? NOTHING;
    return { nodes: timeline.nodes.map((event) => ({ ...event, id: event.cursor })), pageInfo: timeline.pageInfo };
  });
  const { refetch, more, hasMore, isFetching } = pages;
  useEffect(() => {
    if (newest !== undefined) refetch();
  }, [newest, refetch]);
  useEffect(() => {
    if (hasMore && !isFetching && pages.nodes.length < READ) more();
  }, [hasMore, isFetching, more, pages.nodes.length]);
  const swings = pages.nodes.filter(isSwing).length;
  const shown = pages.nodes.filter((event) => all || !isSwing(event)).reverse();
  return (
    <Section
      title="Timeline"
      reading={pages}
      aside={
        swings > 0 && (
          <Switch
            size="xs"
            label={`Show minor fluctuations (${swings})`}
            checked={all}
            onChange={(event) => setAll(event.currentTarget.checked)}
          />
        )
      }
    >
      {mayOperate && <NoteForm id={incident.id} onNoted={refetch} />}
      {shown.length === 0 && (
        <Text c="dimmed" size="sm">
          Nothing yet.
        </Text>
      )}
      <Stack gap={0} role="log" aria-live="off" data-testid="timeline">
        {shown.map((event) => (
          <div key={event.cursor} className="row">
            <Text size="sm" style={{ overflowWrap: "anywhere" }}>
              {unbroken(event.summary)}
            </Text>
            {"note" in event && event.note && (
              <Text size="sm" fs="italic">
                “{unbroken(event.note)}”
              </Text>
            )}
            <Text size="xs" c="dimmed">
              {actorName(event.actor)} · <Ago at={event.at} />
            </Text>
          </div>
        ))}
      </Stack>
      {hasMore && !isFetching && (
        <Button size="xs" variant="default" onClick={more}>
          Show more than {pages.nodes.length}
        </Button>
      )}
    </Section>
  );
}

function NoteForm({ id, onNoted }: { id: string; onNoted: () => void }) {
  const [state, edit] = useMutation(EditMutation);
  const [note, setNote] = useState("");
  const draft = useDraft(`note:${id}`, { note }, (before) => setNote(before.note), note !== "");

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    const { data, error } = await edit({ input: { id, note } });
    if (notifyFailure("Note not added", error, data?.updateIncident.errors)) return;
    draft.done();
    setNote("");
    onNoted();
  }

  return (
    <Form draft={draft} onSubmit={(event) => void submit(event)}>
      <Group gap="xs" wrap="nowrap">
        <TextInput
          flex={1}
          size="sm"
          aria-label="Note for the timeline"
          placeholder="Note for the timeline"
          required
          maxLength={2000}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Button type="submit" size="sm" variant="default" loading={state.fetching}>
          Add
        </Button>
      </Group>
    </Form>
  );
}
