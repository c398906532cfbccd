import { Center, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  title: string;
  text: ReactNode;
  /** Links or buttons that lead on; every such page has one. */
  children?: ReactNode;
}

/** A page that shows a message only, within a shell or in a `main` of its own. */
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
