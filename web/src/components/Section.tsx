import "./tones.css";

import { Card, Group, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";

import type { QueryStatus } from "../lib/queryStatus";

import { Failed } from "./Failed";
import { LoadingSkeleton } from "./LoadingSkeleton";

interface Props {
  title: string;
  aside?: ReactNode;
  /** The status of the query of the section; omitted for data that is already loaded. */
  reading?: QueryStatus;
  /** The expected height in pixels, for the placeholder. */
  height?: number;
  children: ReactNode;
}

/** A part of the page with its loading and error states; old rows stay while it cannot refresh. */
export function Section({ title, aside, reading, height = 96, children }: Props) {
  const failed = reading?.error !== undefined;
  return (
    <Card component="section" aria-label={title}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            {title}
          </Title>
          {aside}
        </Group>
        {failed && <Failed what={title} reading={reading} />}
        {!reading?.isEmpty ? children : !failed && <LoadingSkeleton what={title} height={height} holds />}
      </Stack>
    </Card>
  );
}
