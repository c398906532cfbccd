import { Skeleton, Text } from "@mantine/core";

import { useLostContact } from "../lib/connection";

interface Props {
  /** What is loading, for screen readers. */
  what: string;
  height: number | string;
  /** Covers the content below it (app/app.css). */
  holds?: boolean;
}

/** A placeholder while data is loading; a note while the connection is lost. */
export function LoadingSkeleton({ what, height, holds = false }: Props) {
  const isLost = useLostContact();
  if (isLost)
    return (
      <Text size="sm" c="dimmed" data-testid="not-loaded">
        {what} was not loaded before contact was lost.
      </Text>
    );
  return (
    <Skeleton
      height={height}
      role="progressbar"
      aria-label={`${what} is loading`}
      {...(holds && { "data-waits": true })}
    />
  );
}
