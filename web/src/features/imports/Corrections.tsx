import { Card, Group, Stack, Text, TextInput } from "@mantine/core";
import { type SubmitEvent, useState } from "react";

import { Button } from "../../components/Button";
import { Form } from "../../components/Form";
import type { ImportField } from "../../gql/graphql";
import { useDraft } from "../../lib/useDraft";
import { cellOf, type Correction, FIELDS, type Preview } from "./fields";

interface Props {
  preview: Preview;
  digest: string;
  given: readonly Correction[];
  busy: boolean;
  onCheck: (edits: Readonly<Record<string, string>>) => Promise<void>;
}

/** A field for each cell with a problem; what was typed is kept in this tab until it was checked. */
export function Corrections({ preview, digest, given, busy, onCheck }: Props) {
  const [edits, setEdits] = useState<Record<string, string>>({});
  const draft = useDraft(`import:${digest}`, edits, setEdits, Object.keys(edits).length > 0);
  const hidden = preview.withErrors - preview.faulty.length;

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    if (busy || Object.keys(edits).length === 0) return;
    draft.done();
    await onCheck(edits);
  }

  return (
    <Form draft={draft} onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        {preview.faulty.map(({ number, values, problems }) => (
          <Card key={number} withBorder component="fieldset" m={0} data-testid={`row-${number}`}>
            <Text component="legend" fw={500} size="sm">
              Row {number}
              {namesIn(values)}
            </Text>
            <Stack gap="xs">
              {problems.map(({ field, header, column, message }) => {
                const cell = cellOf(number, field);
                return (
                  <TextInput
                    key={field}
                    label={FIELDS[field]}
                    error={message}
                    description={column ? `Column ${column}${header ? `: ${header}` : ""}` : undefined}
                    value={edits[cell] ?? valueOf(values, field, number, given)}
                    onChange={({ currentTarget: { value } }) => setEdits((before) => ({ ...before, [cell]: value }))}
                  />
                );
              })}
            </Stack>
          </Card>
        ))}
        {hidden > 0 && (
          <Text size="sm" c="dimmed">
            And {hidden.toLocaleString()} more, which follow once these are corrected.
          </Text>
        )}
        <Group justify="flex-end">
          <Button type="submit" loading={busy} disabled={Object.keys(edits).length === 0} data-testid="check-again">
            Check again
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}

type Values = Preview["faulty"][number]["values"];

function namesIn(values: Values): string {
  const names = values.find(({ field }) => field === "COUPLE_NAMES" || field === "PARTNER1_NAME")?.value.slice(0, 60);
  return names ? `: ${names}` : "";
}

function valueOf(values: Values, field: ImportField, row: number, given: readonly Correction[]): string {
  return (
    given.find((item) => item.row === row && item.field === field)?.value ??
    values.find((item) => item.field === field)?.value ??
    ""
  );
}
