import { Group } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  children: ReactNode;
  /** Its state and what can be done with it: beside the rest, below it where a screen is narrow. */
  aside?: ReactNode;
  "data-testid"?: string;
  "data-status"?: string;
}

/** A line of a list. */
export function Row({ children, aside, ...data }: Props) {
  return (
    <Group className="row" justify="space-between" align="flex-start" gap="xs" {...data}>
      <div className="row-text">{children}</div>
      {aside && <Group gap="xs">{aside}</Group>}
    </Group>
  );
}
