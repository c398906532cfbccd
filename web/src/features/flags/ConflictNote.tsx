import { Alert, Group, Text } from "@mantine/core";

import { Button } from "../../components/Button";
import { actorName } from "../../lib/actor";
import { Ago } from "../../lib/time";
import type { Conflict } from "./outcome";

interface Props {
  conflict: Conflict;
  /** The requested change, as text. */
  wish: string;
  onInsist: () => void;
  onYield: () => void;
}

/** Who saved first, and the choices that remain; no input is lost (A5). */
export function ConflictNote({ conflict, wish, onInsist, onYield }: Props) {
  return (
    <Alert
      color="yellow"
      role="alert"
      data-testid="conflict"
      w="100%"
      title={`${actorName(conflict.changedBy)} has changed this flag`}
    >
      <Text size="sm">
        Version {conflict.currentVersion} was made <Ago at={conflict.changedAt} />. Your change was not applied: {wish}.
      </Text>
      <Group gap="xs" mt="xs">
        <Button sends size="xs" variant="default" onClick={onInsist}>
          Apply my change
        </Button>
        <Button size="xs" variant="default" onClick={onYield}>
          Keep theirs
        </Button>
      </Group>
    </Alert>
  );
}
