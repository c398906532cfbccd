import { Alert, Badge, Collapse, Group, Paper, Stack, Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";

import type { PhaseFieldsFragment } from "../../gql/graphql";
import { Ago } from "../../lib/time";
import { counted } from "../../lib/format";
import { Criteria } from "./Criteria";
import { PausedBy } from "./PausedBy";
import { PhaseFlags } from "./PhaseFlags";
import { PhaseActions } from "./PhaseActions";
import { Ramp } from "./Ramp";
import { Rehearsals } from "./Rehearsals";
import { isLive, STATUS } from "./status";
import { Verification } from "./Verification";

interface Props {
  phase: PhaseFieldsFragment;
  mayOperate: boolean;
  /** The first planned phase, while no phase is live. */
  isNext: boolean;
}

export function PhaseCard({ phase, mayOperate, isNext }: Props) {
  const live = isLive(phase);
  const [wish, setWish] = useState<boolean | null>(null);
  const open = wish ?? live;
  const { label, color } = STATUS[phase.status];
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <Paper
      withBorder
      p="sm"
      className="tile"
      data-testid={`phase-${phase.key}`}
      data-status={phase.status}
      style={{ "--tile": `var(--mantine-color-${color}-6)` }}
    >
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <UnstyledButton onClick={() => setWish(!open)} aria-expanded={open} flex="1 1 14rem" miw={0}>
            <Group gap={6} wrap="nowrap">
              <Chevron size={16} style={{ flex: "none" }} aria-hidden />
              <div style={{ minWidth: 0 }}>
                <Text fw={600}>{phase.name}</Text>
                <Text size="xs" c="dimmed">
                  {counted(phase.flags.length, "flag")}
                  {killed(phase)} · {phase.platforms.join(" and ").toLowerCase()}
                  {phase.startedAt && (
                    <>
                      {" "}
                      · started <Ago at={phase.startedAt} />
                    </>
                  )}
                </Text>
              </div>
            </Group>
          </UnstyledButton>
          <Badge color={color} variant={live ? "filled" : "outline"}>
            {label}
          </Badge>
          {mayOperate && <PhaseActions phase={phase} isNext={isNext} />}
        </Group>
        <Collapse expanded={open}>
          <Stack gap="sm">
            {phase.description && (
              <Text size="sm" c="dimmed">
                {phase.description}
              </Text>
            )}
            <Ramp phase={phase} />
            {phase.pause && <PausedBy pause={phase.pause} />}
            {!phase.pause && phase.heldBy.length > 0 && (
              <Alert color="yellow" py="xs" title="The ramp is held">
                {phase.heldBy.map((reason) => (
                  <Text key={reason} size="sm">
                    {reason}
                  </Text>
                ))}
              </Alert>
            )}
            {live && <PhaseFlags phase={phase} mayOperate={mayOperate} />}
            {phase.verification && <Verification verification={phase.verification} />}
            <Criteria criteria={phase.successCriteria} live={live} />
            {open && !live && <Rehearsals phase={phase} mayOperate={mayOperate} />}
          </Stack>
        </Collapse>
      </Stack>
    </Paper>
  );
}

/** Killed flags stay off in every step of the phase. */
function killed({ flags }: PhaseFieldsFragment): string {
  const count = flags.filter(({ flag }) => flag.kill).length;
  return count > 0 ? `, ${count} killed` : "";
}
