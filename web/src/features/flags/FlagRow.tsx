import { Box, Group, Slider, Switch, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useMutation } from "urql";

import type { FlagFieldsFragment } from "../../gql/graphql";
import { succeeded } from "../../lib/outcome";
import { Ago } from "../../lib/time";
import { ToggleMutation, UpdateMutation } from "./flags.graphql";

interface Props {
  flag: FlagFieldsFragment;
  mayOperate: boolean;
}

/** What is wished for shows at once; where the server refuses, what is true comes back (SPEC S77). */
export function FlagRow({ flag, mayOperate }: Props) {
  const [, toggle] = useMutation(ToggleMutation);
  const [, update] = useMutation(UpdateMutation);
  const [enabled, setEnabled] = useState(flag.enabled);
  const [percentage, setPercentage] = useState(flag.rolloutPercentage);
  useEffect(() => {
    setEnabled(flag.enabled);
    setPercentage(flag.rolloutPercentage);
  }, [flag.enabled, flag.rolloutPercentage, flag.version]);

  async function onToggle(wish: boolean) {
    setEnabled(wish);
    const input = { key: flag.key, enabled: wish, expectedVersion: flag.version };
    const { data, error } = await toggle({ input });
    if (!succeeded(flag.key, error, data?.toggleFeatureFlag.errors)) setEnabled(flag.enabled);
  }

  async function onPercentage(wish: number) {
    if (wish === flag.rolloutPercentage) return;
    const input = { key: flag.key, rolloutPercentage: wish, expectedVersion: flag.version };
    const { data, error } = await update({ input });
    if (!succeeded(flag.key, error, data?.updateFeatureFlag.errors)) {
      setPercentage(flag.rolloutPercentage);
    }
  }

  return (
    <Group py={8} gap="sm" justify="space-between" data-testid={`flag-${flag.key}`}
      style={{ borderTop: "1px solid var(--mantine-color-default-border)" }}>
      <Box flex="1 1 14rem" miw={0}>
        <Text size="sm" fw={500} truncate title={flag.description ?? undefined}>{flag.name}</Text>
        <Text size="xs" c="dimmed" truncate>
          {flag.key}
          {flag.targetGroups.length > 0 && ` · ${flag.targetGroups.join(", ")}`}
          {" · "}<Ago at={flag.updatedAt} />
        </Text>
      </Box>
      <Slider
        flex="0 1 9rem" miw={110} size="sm" value={percentage} onChange={setPercentage}
        onChangeEnd={(wish) => void onPercentage(wish)} disabled={!mayOperate || !enabled}
        label={(value) => `${value} %`} thumbLabel={`Percentage of ${flag.name}`}
        color={enabled ? "indigo" : "gray"}
      />
      <Text size="sm" w={52} ta="right" c={enabled ? "inherit" : "dimmed"}>
        {enabled ? `${percentage} %` : "off"}
      </Text>
      <Switch
        checked={enabled} disabled={!mayOperate} color="teal"
        aria-label={`${flag.name} is ${enabled ? "on" : "off"}`}
        onChange={(event) => void onToggle(event.currentTarget.checked)}
      />
    </Group>
  );
}
