import { Card, Center, Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  brand: string;
  title: string;
  text?: ReactNode;
  children: ReactNode;
  /** Links to related pages. */
  footer?: ReactNode;
}

/** A page for visitors: one card in the centre. */
export function AuthCard({ brand, title, text, children, footer }: Props) {
  return (
    <Center mih="100vh" p="md" component="main">
      <Card w="100%" maw={460} p={{ base: "lg", sm: "xl" }}>
        <Stack>
          <div>
            <Text fw={700} c="var(--mantine-primary-color-light-color)">
              {brand}
            </Text>
            <Title order={1} size="h3">
              {title}
            </Title>
            {text && (
              <Text c="dimmed" mt={4}>
                {text}
              </Text>
            )}
          </div>
          {children}
          {footer && (
            <Group justify="center" gap="xs">
              {footer}
            </Group>
          )}
        </Stack>
      </Card>
    </Center>
  );
}
