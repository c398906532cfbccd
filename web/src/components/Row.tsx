import { Group } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  children: ReactNode;
  /** State and actions of the row: at the side, or below the content on a narrow screen. */
  aside?: ReactNode;
  "data-testid"?: string;
  "data-status"?: string;
}

/** A row of a list. */
export function Row({ children, aside, ...data }: Props) {
  return (
    <Group className="row" justify="space-between" align="flex-start" gap="xs" {...data}>
      <div className="row-text">{children}</div>
      {aside && <Group gap="xs">{aside}</Group>}
    </Group>
  );
}
