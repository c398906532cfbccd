import { Checkbox, Group, NumberInput, Stack, Text, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type SubmitEvent, useState } from "react";
import { useQuery } from "urql";

import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Form } from "../../components/Form";
import type { FlagFieldsFragment } from "../../gql/graphql";
import { wholeFormProblem } from "../../lib/forms";
import { whyNot } from "../../lib/queryStatus";
import { useDraft } from "../../lib/useDraft";
import { type FlagChange, verbOf } from "./change";
import { ConflictNote } from "./ConflictNote";
import { ChangeEffect } from "./ChangeEffect";
import { FlagChangePreviewQuery } from "./flags.graphql";
import type { Conflict } from "./outcome";

interface Props {
  flag: FlagFieldsFragment;
  change: FlagChange;
  /** The initial reason, typed in another form. */
  reason?: string;
  conflict: Conflict | undefined;
  /** Returns true on success, which closes the dialog. */
  onConfirm: (change: FlagChange, reason: string, version?: number) => Promise<boolean>;
  onClose: () => void;
}

/** Who gains and who loses the flag, before anything is changed; with a percentage and a reason (U2). */
export function FlagChangeDialog({ flag, change, conflict, onConfirm, onClose, ...given }: Props) {
  const [percentage, setPercentage] = useState<number | "">("");
  const [override, setOverride] = useState(false);
  const [reason, setReason] = useState(given.reason ?? "");
  const [busy, setBusy] = useState(false);
  const draft = useDraft(
    `change:${flag.key}:${verbOf(change)}`,
    { reason },
    (before) => setReason(before.reason),
    reason !== (given.reason ?? ""),
  );
  const wanted: FlagChange = {
    ...change,
    ...(percentage !== "" && { rolloutPercentage: percentage }),
    ...(override && { override }),
  };
  const [asked] = useDebouncedValue(wanted, 250, { leading: true });
  const [{ data, error, fetching, stale }] = useQuery({
    query: FlagChangePreviewQuery,
    variables: { input: { key: flag.key, ...asked } as never },
    requestPolicy: "network-only",
  });
  const isFresh = !fetching && !stale && JSON.stringify(asked) === JSON.stringify(wanted);
  const found = data?.flagChangePreview;
  const refusal = error
    ? `Who is affected cannot be counted. ${whyNot(error)}`
    : wholeFormProblem(undefined, found?.errors);
  const isLocked = found?.errors.some(({ code }) => code === "LOCKED") ?? false;
  const isOff = change.enabled === false; // never delayed: an emergency does not wait for a count
  const ready = isOff || (isFresh && (error !== undefined || found?.preview != null));

  async function confirm(version?: number) {
    setBusy(true);
    const done = await onConfirm(wanted, reason.trim(), version);
    setBusy(false);
    if (!done) return;
    draft.done();
    onClose();
  }

  function submit(event: SubmitEvent) {
    event.preventDefault();
    void confirm();
  }

  const verb = verbOf(change);
  return (
    <Dialog onClose={onClose} title={`${verb}: ${flag.name}`}>
      <Form draft={draft} onSubmit={submit}>
        <Stack>
          <ChangeEffect flag={flag} preview={found?.preview} refusal={refusal} />
          {change.enabled === true && (
            <NumberInput
              label="Percentage"
              min={0}
              max={100}
              decimalScale={2}
              suffix=" %"
              value={percentage}
              placeholder={found?.preview ? `${found.preview.rolloutPercentage} %` : ""}
              onChange={(value) => setPercentage(typeof value === "number" ? value : "")}
            />
          )}
          {(isLocked || override) && (
            <Checkbox
              checked={override}
              onChange={(event) => setOverride(event.currentTarget.checked)}
              data-testid="override"
              label="Release it from the ramp. It no longer follows the steps, and is still rolled back with the phase."
            />
          )}
          <Textarea
            label="Reason"
            description="For the audit"
            required={override}
            autosize
            minRows={2}
            maxLength={2000}
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          {conflict && (
            <ConflictNote
              conflict={conflict}
              wish={verb.toLowerCase()}
              onYield={onClose}
              onInsist={() => void confirm(conflict.currentVersion)}
            />
          )}
          {busy && (
            <Text size="sm" role="status" data-testid="pending">
              Pending until the server confirms it.
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={busy} disabled={!ready} {...(isOff && { color: "red" })}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </Form>
    </Dialog>
  );
}
