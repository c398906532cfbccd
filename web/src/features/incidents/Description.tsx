import { Text } from "@mantine/core";

import { unbroken } from "../../lib/format";

const OPEN = /^- \[ \] /gm;
const DONE = /^- \[x\] /gim;

/** Whether there is anything that the title has not said. */
export function saysMore<I extends { title: string; description?: string | null }>(
  incident: I,
): incident is I & { description: string } {
  return Boolean(incident.description) && !incident.title.includes(incident.description ?? "");
}

/** What was reported; the steps by hand of a rollback plan (S56) are a list of boxes. */
export function Description({ text }: { text: string }) {
  return (
    <Text size="sm" style={{ whiteSpace: "pre-line", overflowWrap: "anywhere" }}>
      {unbroken(text.replace(OPEN, "☐ ").replace(DONE, "☑ "))}
    </Text>
  );
}
