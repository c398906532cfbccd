import { Card, Skeleton, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { useAccess } from "./access";
import { featureOf } from "./features";

/** A page or a part of one that shows while its flag is on for this person. */
export function Gate({ flag, children }: { flag: string; children: ReactNode }) {
  const { known, allows } = useAccess();
  if (!known) return <Skeleton height={160} aria-label="Loading" />;
  return allows(flag) ? children : <NotYet flag={flag} />;
}

function NotYet({ flag }: { flag: string }) {
  const { name, description } = featureOf(flag);
  return (
    <Card data-testid={`not-yet-${flag}`}>
      <Stack align="center" gap="xs" py="md">
        <ThemeIcon variant="light" size="xl" radius="xl"><IconLock size={20} aria-hidden /></ThemeIcon>
        <Title order={2} size="h4" ta="center">{name}: not open for you yet</Title>
        <Text c="dimmed" ta="center" maw={420}>
          {description} We open it step by step; it appears here by itself, without a reload.
        </Text>
      </Stack>
    </Card>
  );
}
