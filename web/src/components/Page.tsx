import { Container, Group, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  title: string;
  /** The primary action of the page. */
  aside?: ReactNode;
  size?: "sm" | "md" | "lg";
  children: ReactNode;
}

/** A page within a shell: its heading and content. */
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
