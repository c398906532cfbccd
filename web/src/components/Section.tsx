import "./tones.css";

import { Alert, Card, Group, Skeleton, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { CombinedError } from "urql";

import { sentence } from "../lib/outcome";

interface Props {
  title: string;
  aside?: ReactNode;
  error?: CombinedError | undefined;
  loading?: boolean;
  /** About so high will it be, in pixels. */
  height?: number;
  children: ReactNode;
}

/** A part of the page with its loading and error states; old rows stay while it cannot refresh. */
export function Section({ title, aside, error, loading = false, height = 96, children }: Props) {
  return (
    <Card component="section" aria-label={title}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">{title}</Title>
          {aside}
        </Group>
        {error && <Alert color="orange" role="alert">{sentence(error)}</Alert>}
        {loading ? <Skeleton height={height} data-waits aria-label={`${title} is loading`} /> : children}
      </Stack>
    </Card>
  );
}
