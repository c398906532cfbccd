import { Card, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconLock, IconPlayerPause } from "@tabler/icons-react";

import type { FeatureAvailability } from "../../gql/graphql";

interface Props {
  name: string;
  description?: string;
  availability: FeatureAvailability;
  testId: string;
}

/** Stands where something would be that a feature flag holds back, and says which it is (M1, U12). */
export function Closed({ name, description = "", availability, testId }: Props) {
  const paused = availability === "PAUSED";
  const Icon = paused ? IconPlayerPause : IconLock;
  return (
    <Card data-testid={testId} data-availability={availability}>
      <Stack align="center" gap="xs" py="md">
        <ThemeIcon variant="light" size="xl" radius="xl">
          <Icon size={20} aria-hidden />
        </ThemeIcon>
        <Title order={2} size="h4" ta="center">
          {name}: {paused ? "paused for now" : "not open yet"}
        </Title>
        <Text c="dimmed" ta="center" maw={420} role="status">
          {description}{" "}
          {paused
            ? "We have paused it for a while. What you have saved stays; it comes back here by itself."
            : "We open it step by step; it appears here by itself, without a reload."}
        </Text>
      </Stack>
    </Card>
  );
}
