import { Group, Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";

import { Button } from "./Button";
import { Dialog } from "./Dialog";

interface Props {
  title: string;
  /** What will happen. */
  children: ReactNode;
  confirm: string;
  cancel?: string;
  color?: string;
  /** Reports its own failures. */
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}

/** Asks for confirmation before an action that is hard to undo. */
export function ConfirmDialog({ title, children, confirm, cancel = "Cancel", color, onConfirm, onClose }: Props) {
  const [busy, setBusy] = useState(false);

  async function go() {
    setBusy(true);
    await onConfirm();
    onClose();
  }

  return (
    <Dialog onClose={onClose} title={title}>
      <Stack>
        <Text size="sm" component="div">
          {children}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {cancel}
          </Button>
          <Button sends loading={busy} onClick={() => void go()} {...(color && { color })}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
