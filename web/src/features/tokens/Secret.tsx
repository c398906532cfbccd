import { Alert, Group, Stack, Text } from "@mantine/core";

import { Button } from "../../components/Button";
import { Copyable } from "../../components/Copyable";

import { Dialog } from "../../components/Dialog";

/** The only time that a secret is seen: closed by its button alone. */
export function Secret(props: { name: string; secret: string; onClose: () => void }) {
  return (
    <Dialog
      onClose={props.onClose}
      title={`The token ${props.name}`}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <Stack>
        <Alert color="yellow">Copy it now: it is not shown again.</Alert>
        <Copyable label="Secret" text={props.secret} testId="secret" />
        <Text size="sm" c="dimmed">
          Sent as <code>Authorization: Bearer …</code>; the API page has examples.
        </Text>
        <Group justify="flex-end">
          <Button onClick={props.onClose}>I have copied it</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
