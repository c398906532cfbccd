import { Group, Text } from "@mantine/core";

import { type ConnectionState, useConnection } from "../lib/connection";
import { span } from "../lib/spans";
import { useNow } from "../lib/time";

const MARKS: Record<Exclude<ConnectionState, "resting">, { color: string; label: string }> = {
  connecting: { color: "gray", label: "Connecting" },
  live: { color: "teal", label: "Live" },
  reconnecting: { color: "yellow", label: "Reconnecting" },
  polling: { color: "orange", label: "Polling" },
  lost: { color: "red", label: "No contact" },
};

/** Shows whether the data is live; a dead stream must never look like a quiet one (A24). */
export function ConnectionMark() {
  const { state, since } = useConnection();
  const age = useNow() - since;
  if (state === "resting") return null;
  const { color, label } = MARKS[state];
  return (
    <Group gap={6} wrap="nowrap" role="status" data-testid="connection" data-state={state}>
      <span className="dot" style={{ background: `var(--mantine-color-${color}-6)` }} aria-hidden />
      <Text size="sm" style={{ whiteSpace: "nowrap" }}>
        {label}
        {state !== "live" && <span aria-hidden> {span(age)}</span>}
      </Text>
    </Group>
  );
}
