import { Text } from "@mantine/core";

const OPEN = /^- \[ \] /gm;
const DONE = /^- \[x\] /gim;

/** What was reported; the steps by hand of a rollback plan (SPEC S56) are a list of boxes. */
export function Description({ text }: { text: string }) {
  return (
    <Text size="sm" style={{ whiteSpace: "pre-line", overflowWrap: "anywhere" }}>
      {text.replace(OPEN, "☐ ").replace(DONE, "☑ ")}
    </Text>
  );
}
