import { Anchor, Box, Group, Loader, Slider, Switch, Text } from "@mantine/core";
import { memo, useRef, useState } from "react";
import { Link } from "react-router";
import { useMutation } from "urql";

import type { FlagFieldsFragment } from "../../gql/graphql";
import { Ago } from "../../lib/time";
import { ConflictNote } from "./ConflictNote";
import { ToggleMutation, UpdateMutation } from "./flags.graphql";
import { KillMark } from "./KillMark";
import { type Conflict, settled } from "./outcome";

interface Props {
  flag: FlagFieldsFragment;
  mayOperate: boolean;
  /** As it is after a change that was made here. */
  onChanged: (flag: FlagFieldsFragment) => void;
}

/** One of the two that the row can change. */
type Wish = { enabled: boolean } | { rolloutPercentage: number };

/** What was asked for shows as pending until the server has said that it is so (SPEC S77, U1). */
export const FlagRow = memo(function FlagRow({ flag, mayOperate, onChanged }: Props) {
  const [, toggle] = useMutation(ToggleMutation);
  const [, update] = useMutation(UpdateMutation);
  const [wish, setWish] = useState<Wish>();
  const [dragged, setDragged] = useState<number>();
  const [lost, setLost] = useState<{ wish: Wish; conflict: Conflict }>();
  const turn = useRef<Promise<unknown>>(Promise.resolve());
  const mine = useRef<{ from: number; to: number }>(undefined); // who presses twice is not faster than themselves
  const { enabled } = flag;
  const percentage = dragged ?? flag.rolloutPercentage;

  async function apply(next: Wish, seen: number) {
    setLost(undefined);
    setDragged(undefined);
    setWish(next);
    const answer = turn.current.then(() => send(next, mine.current?.from === seen ? mine.current.to : seen));
    turn.current = answer;
    const { conflict, flag: changed } = await answer;
    if (changed) {
      mine.current = { from: seen, to: changed.version };
      onChanged(changed);
    }
    setWish((newest) => (newest === next ? undefined : newest));
    if (conflict) setLost({ wish: next, conflict });
  }

  async function send(next: Wish, expectedVersion: number) {
    const [key, input] = [flag.key, { key: flag.key, expectedVersion }];
    if ("enabled" in next) {
      const { data, error } = await toggle({ input: { ...input, ...next } });
      return { ...settled(key, error, data?.toggleFeatureFlag), flag: data?.toggleFeatureFlag.flag };
    }
    const { data, error } = await update({ input: { ...input, ...next } });
    return { ...settled(key, error, data?.updateFeatureFlag), flag: data?.updateFeatureFlag.flag };
  }

  return (
    <Group className="row" gap="sm" justify="space-between" data-testid={`flag-${flag.key}`}>
      <Box flex="1 1 14rem" miw={0}>
        <Anchor component={Link} to={`/admin/flags/${flag.key}`} size="sm" fw={500} c="inherit" display="block"
          title={flag.description ?? undefined}>
          {flag.name}
        </Anchor>
        <Text size="xs" c="dimmed" component="div" style={{ overflowWrap: "anywhere" }}>
          <KillMark kill={flag.kill} />
          {flag.key}
          {flag.targetGroups.length > 0 && ` · ${flag.targetGroups.join(", ")}`}
          {" · "}<Ago at={flag.updatedAt} />
        </Text>
      </Box>
      <Slider
        flex="0 1 9rem" miw={110} size="sm" value={percentage} onChange={setDragged}
        onChangeEnd={(value) => {
          setDragged(undefined);
          if (value !== flag.rolloutPercentage) void apply({ rolloutPercentage: value }, flag.version);
        }}
        disabled={!mayOperate || !enabled}
        label={(value) => `${value} %`} thumbLabel={`Percentage of ${flag.name}`}
        {...(!enabled && { classNames: { bar: "slider-off" } })} // a bar from its edge would look like a few percent
      />
      <Text size="sm" w={52} ta="right" c={enabled ? "inherit" : "dimmed"}>
        {enabled ? `${percentage} %` : "off"}
      </Text>
      {wish && (
        <Group gap={6} wrap="nowrap" role="status" data-testid="pending">
          <Loader size={14} aria-hidden /><Text size="xs">Pending: {told(wish)}</Text>
        </Group>
      )}
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
});

function told(wish: Wish): string {
  if ("enabled" in wish) return wish.enabled ? "on" : "off";
  return `${wish.rolloutPercentage} %`;
}
