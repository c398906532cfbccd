import { Container, Group, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  title: string;
  /** The main thing to do here. */
  aside?: ReactNode;
  size?: "sm" | "md" | "lg";
  children: ReactNode;
}

/** A page within a shell: its heading, and what is on it. */
export function Page({ title, aside, size = "lg", children }: Props) {
  return (
    <Container size={size} px={0} mx={0}>
      <Stack gap="md">
        <Group justify="space-between">
          <Title order={1} size="h2">
            {title}
          </Title>
          {aside}
        </Group>
        {children}
      </Stack>
    </Container>
  );
}
