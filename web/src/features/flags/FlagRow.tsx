import { Anchor, Box, Group, Slider, Switch, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { useMutation } from "urql";

import type { FlagFieldsFragment } from "../../gql/graphql";
import { Ago } from "../../lib/time";
import { ConflictNote } from "./ConflictNote";
import { ToggleMutation, UpdateMutation } from "./flags.graphql";
import { type Conflict, settled } from "./outcome";

interface Props {
  flag: FlagFieldsFragment;
  mayOperate: boolean;
}

/** One of the two that the row can change. */
type Wish = { enabled: boolean } | { rolloutPercentage: number };

/** What is wished for shows at once; where the server refuses, what is true comes back (SPEC S77). */
export function FlagRow({ flag, mayOperate }: Props) {
  const [, toggle] = useMutation(ToggleMutation);
  const [, update] = useMutation(UpdateMutation);
  const [enabled, setEnabled] = useState(flag.enabled);
  const [percentage, setPercentage] = useState(flag.rolloutPercentage);
  const [lost, setLost] = useState<{ wish: Wish; conflict: Conflict }>();
  function restore() {
    setEnabled(flag.enabled);
    setPercentage(flag.rolloutPercentage);
  }
  useEffect(restore, [flag.enabled, flag.rolloutPercentage, flag.version]);

  async function apply(wish: Wish, expectedVersion: number) {
    setLost(undefined);
    const { done, conflict } = await send(wish, expectedVersion);
    if (done) return;
    restore();
    if (conflict) setLost({ wish, conflict });
  }

  async function send(wish: Wish, expectedVersion: number) {
    if ("enabled" in wish) {
      setEnabled(wish.enabled);
      const { data, error } = await toggle({ input: { key: flag.key, ...wish, expectedVersion } });
      return settled(flag.key, error, data?.toggleFeatureFlag);
    }
    setPercentage(wish.rolloutPercentage);
    const { data, error } = await update({ input: { key: flag.key, ...wish, expectedVersion } });
    return settled(flag.key, error, data?.updateFeatureFlag);
  }

  return (
    <Group className="row" gap="sm" justify="space-between" data-testid={`flag-${flag.key}`}>
      <Box flex="1 1 14rem" miw={0}>
        <Anchor component={Link} to={`/admin/flags/${flag.key}`} size="sm" fw={500} c="inherit" display="block"
          title={flag.description ?? undefined}>
          {flag.name}
        </Anchor>
        <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {flag.key}
          {flag.targetGroups.length > 0 && ` · ${flag.targetGroups.join(", ")}`}
          {" · "}<Ago at={flag.updatedAt} />
        </Text>
      </Box>
      <Slider
        flex="0 1 9rem" miw={110} size="sm" value={percentage} onChange={setPercentage}
        onChangeEnd={(value) => {
          if (value !== flag.rolloutPercentage) void apply({ rolloutPercentage: value }, flag.version);
        }}
        disabled={!mayOperate || !enabled}
        label={(value) => `${value} %`} thumbLabel={`Percentage of ${flag.name}`}
        color={enabled ? "indigo" : "gray"}
      />
      <Text size="sm" w={52} ta="right" c={enabled ? "inherit" : "dimmed"}>
        {enabled ? `${percentage} %` : "off"}
      </Text>
      <Switch
        checked={enabled} disabled={!mayOperate} color="teal"
        aria-label={`${flag.name} is ${enabled ? "on" : "off"}`}
        onChange={(event) => void apply({ enabled: event.currentTarget.checked }, flag.version)}
      />
      {lost && (
        <ConflictNote conflict={lost.conflict} wish={told(lost.wish)} onYield={() => setLost(undefined)}
          onInsist={() => void apply(lost.wish, lost.conflict.currentVersion)} />
      )}
    </Group>
  );
}

function told(wish: Wish): string {
  if ("enabled" in wish) return wish.enabled ? "on" : "off";
  return `${wish.rolloutPercentage} %`;
}
