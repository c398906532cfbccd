import { Group, Stack, Textarea } from "@mantine/core";
import { type SubmitEvent, useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Form } from "../../components/Form";
import type { IncidentFieldsFragment } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { useDraft } from "../../lib/useDraft";
import { ResolveMutation } from "./incidents.graphql";

interface Props {
  incident: IncidentFieldsFragment;
  onClose: () => void;
}

export function ResolveDialog({ incident, onClose }: Props) {
  const [state, resolve] = useMutation(ResolveMutation);
  const [notes, setNotes] = useState("");
  const draft = useDraft(`resolve:${incident.id}`, { notes }, (before) => setNotes(before.notes), notes !== "");

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    const { data, error } = await resolve({ id: incident.id, notes });
    if (notifyFailure("Not resolved", error, data?.resolveIncident.errors)) return;
    draft.done();
    onClose();
  }

  return (
    <Dialog onClose={onClose} title={`Resolve #${incident.number}`}>
      <Form draft={draft} onSubmit={(event) => void submit(event)}>
        <Stack>
          <Textarea
            label="How it was resolved"
            required
            autosize
            minRows={2}
            maxLength={10_000}
            data-autofocus
            value={notes}
            onChange={(event) => setNotes(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={state.fetching}>
              Resolve
            </Button>
          </Group>
        </Stack>
      </Form>
    </Dialog>
  );
}
