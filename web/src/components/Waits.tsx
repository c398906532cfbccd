import { Skeleton, Text } from "@mantine/core";

import { useLostContact } from "../lib/connection";

interface Props {
  /** What is on its way, as it is read aloud. */
  what: string;
  height: number | string;
  /** It holds back what stands below it (app/app.css). */
  holds?: boolean;
}

/** The place of what is on its way; without contact nothing is. */
export function Waits({ what, height, holds = false }: Props) {
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
