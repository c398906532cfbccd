import { Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** The heading of a page, its purpose and its actions. */
export function PageHead(props: { title: ReactNode; text?: ReactNode; children?: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-start" mb="md" gap="sm">
      <div style={{ minWidth: 0, flex: "1 1 16rem" }}>
        <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>
          {props.title}
        </Title>
        {props.text && (
          <Text c="dimmed" size="sm" component="div">
            {props.text}
          </Text>
        )}
      </div>
      {props.children && <Group gap="xs">{props.children}</Group>}
    </Group>
  );
}
