import { Anchor, Box, Group, Slider, Switch, Text } from "@mantine/core";
import { memo, useState } from "react";
import { Link } from "react-router";

import type { FlagFieldsFragment } from "../../gql/graphql";
import { Ago } from "../../lib/time";
import { type FlagChange, holderOf, ownerOf } from "./change";
import { FlagChangeDialog } from "./FlagChangeDialog";
import { KillMark } from "./KillMark";
import { Pending } from "./Pending";
import { useFlagChange } from "./useFlagChange";

interface Props {
  flag: FlagFieldsFragment;
  mayOperate: boolean;
  /** The flag after a change on this page. */
  onChanged: (flag: FlagFieldsFragment) => void;
}

/** The values in force. The switch asks for confirmation: one stray click would affect all users (S77, U2). */
export const FlagRow = memo(function FlagRow({ flag, mayOperate, onChanged }: Props) {
  const { apply, pending, conflict, forget } = useFlagChange(flag, onChanged);
  const [dragged, setDragged] = useState<number>();
  const [asked, setAsked] = useState<FlagChange>();
  const { enabled } = flag;
  const percentage = dragged ?? flag.rolloutPercentage;

  function close() {
    setAsked(undefined);
    setDragged(undefined);
    forget();
  }

  function release(value: number) {
    if (value === flag.rolloutPercentage) setDragged(undefined);
    else setAsked({ rolloutPercentage: value });
  }

  return (
    <Group className="row" gap="sm" justify="space-between" data-testid={`flag-${flag.key}`}>
      <Box flex="1 1 14rem" miw={0}>
        <Anchor
          component={Link}
          to={`/admin/flags/${flag.key}`}
          size="sm"
          fw={500}
          c="inherit"
          display="block"
          title={flag.description ?? undefined}
        >
          {flag.name}
        </Anchor>
        <Text size="xs" c="dimmed" component="div" style={{ overflowWrap: "anywhere" }}>
          <KillMark kill={flag.kill} />
          {[flag.key, flag.targetGroups.join(", "), holderOf(flag), owned(flag)].filter(Boolean).join(" · ")}
          {" · "}
          <Ago at={flag.updatedAt} />
        </Text>
      </Box>
      <Slider
        flex="0 1 9rem"
        miw={110}
        size="sm"
        value={percentage}
        onChange={setDragged}
        onChangeEnd={release}
        disabled={!mayOperate || !enabled}
        label={(value) => `${value} %`}
        thumbLabel={`Percentage of ${flag.name}`}
        {...(!enabled && { classNames: { bar: "slider-off" } })} // a bar from its edge would look like a few percent
      />
      <Text size="sm" w={52} ta="right" c={enabled ? "inherit" : "dimmed"}>
        {enabled ? `${percentage} %` : "off"}
      </Text>
      <Pending wish={pending} />
      <Switch
        checked={enabled}
        disabled={!mayOperate}
        color="teal"
        aria-haspopup="dialog"
        aria-label={`${flag.name} is ${enabled ? "on" : "off"}`}
        onChange={() => setAsked({ enabled: !enabled })}
      />
      {asked && (
        <FlagChangeDialog
          flag={flag}
          change={asked}
          conflict={conflict}
          onClose={close}
          onConfirm={async (...change) => (await apply(...change)).done}
        />
      )}
    </Group>
  );
});

function owned(flag: FlagFieldsFragment): string | undefined {
  const owner = ownerOf(flag);
  return owner && `owner's values: ${owner}`;
}
