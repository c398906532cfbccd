import { Badge } from "@mantine/core";

import type { FlagFieldsFragment } from "../../gql/graphql";

/** A killed flag is off for everybody, regardless of its switch (S53, A6). */
export function KillMark({ kill }: { kill: FlagFieldsFragment["kill"] }) {
  if (!kill) return null;
  return (
    <Badge color="red" size="sm" mr="xs" title={reasonOf(kill)} data-testid="killed">
      {kill.key === "*" ? "Killed, with all flags" : "Killed"}
    </Badge>
  );
}

export function reasonOf(kill: NonNullable<FlagFieldsFragment["kill"]>): string {
  return kill.reason ?? "FLAGS_KILLED in the environment of the server forces it off.";
}
