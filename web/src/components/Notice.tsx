import { Center, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  title: string;
  text: ReactNode;
  /** What can be done about it: a way on stands on every such page. */
  children?: ReactNode;
}

/** A page that has nothing to show but a sentence. It stands in a shell, or in a `main` of its own. */
export function Notice({ title, text, children }: Props) {
  return (
    <Center mih="60vh" p="md">
      <Stack align="center" role="alert" maw={480}>
        <Title order={1} size="h3" ta="center">
          {title}
        </Title>
        <Text c="dimmed" ta="center">
          {text}
        </Text>
        {children}
      </Stack>
    </Center>
  );
}
