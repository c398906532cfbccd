import { Alert, Card, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { Button } from "../../components/Button";
import { Waits } from "../../components/Waits";
import { whyNot } from "../../lib/reading";
import { useAccess } from "./access";
import { featureOf } from "./features";

/** A page or a part of one that shows while its flag is on for this person. */
export function Gate({ flag, children }: { flag: string; children: ReactNode }) {
  const { known, allows } = useAccess();
  if (!known) return <NotKnown />;
  return allows(flag) ? children : <NotYet flag={flag} />;
}

/** The flags are on their way, or cannot be had. */
export function NotKnown() {
  const { error, again } = useAccess();
  if (!error) return <Waits what="What is open for you" height={160} />;
  return (
    <Alert color="orange" role="alert" title="What is open for you is not known">
      <Text size="sm" mb="xs">{whyNot(error)}</Text>
      <Button size="xs" variant="default" onClick={again}>Try again</Button>
    </Alert>
  );
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
