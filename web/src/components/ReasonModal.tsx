import { Group, Stack, Text, Textarea } from "@mantine/core";
import { type SubmitEvent, type ReactNode, useState } from "react";

import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Form } from "../components/Form";
import { useDraft } from "../lib/useDraft";

interface Props {
  title: string;
  /** What will happen. */
  children?: ReactNode;
  label?: string;
  required?: boolean;
  confirm: string;
  color?: string;
  /** Returns true on success, which closes the dialog. After a failure the input stays. */
  onConfirm: (reason: string) => Promise<boolean>;
  onClose: () => void;
}

/** Describes an action and asks for a reason, which the audit stores. */
export function ReasonModal(props: Props) {
  const { title, children, label = "Reason", required = false, confirm, color, onConfirm, onClose } = props;
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const draft = useDraft(`reason:${title}`, { reason }, (before) => setReason(before.reason), reason !== "");

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    setBusy(true);
    const done = await onConfirm(reason.trim());
    setBusy(false);
    if (!done) return;
    draft.done();
    onClose();
  }

  return (
    <Dialog onClose={onClose} title={title}>
      <Form draft={draft} onSubmit={(event) => void submit(event)}>
        <Stack>
          {children && (
            <Text size="sm" component="div">
              {children}
            </Text>
          )}
          <Textarea
            label={label}
            required={required}
            autosize
            minRows={2}
            maxLength={2000}
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={busy} {...(color && { color })}>
              {confirm}
            </Button>
          </Group>
        </Stack>
      </Form>
    </Dialog>
  );
}
