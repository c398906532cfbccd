import { ActionIcon, Code, CopyButton, Group, Text } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

/** Machine-readable text with a button that copies it. */
export function Copyable(props: { label: string; text: string; testId?: string }) {
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" mb={4}>
        <Text size="sm" fw={500}>
          {props.label}
        </Text>
        <CopyButton value={props.text}>
          {({ copied, copy }) => (
            <ActionIcon
              variant="subtle"
              color={copied ? "teal" : "gray"}
              onClick={copy}
              aria-label={copied ? "Copied" : `Copy: ${props.label}`}
            >
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          )}
        </CopyButton>
      </Group>
      <Code block tabIndex={0} data-testid={props.testId} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {props.text}
      </Code>
    </div>
  );
}
