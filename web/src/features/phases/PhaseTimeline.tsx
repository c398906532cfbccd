import { Group, Stack, Text } from "@mantine/core";

import { Section } from "../../components/Section";
import { useLiveQuery } from "../../lib/live";
import { PhaseCard } from "./PhaseCard";
import { PhasesQuery } from "./phases.graphql";
import { isLive, STATUS } from "./status";

/** The phases in order; live ones are expanded, all others take one line (S76). */
export function PhaseTimeline({ mayOperate }: { mayOperate: boolean }) {
  const [{ data }, , reading] = useLiveQuery(PhasesQuery, {});
  const phases = data?.launchPhases ?? [];
  const running = phases.filter(isLive);
  // While a phase is live, the button that rolls it back is the emphasized one.
  const next = running.length > 0 ? undefined : phases.find(({ status }) => status === "PLANNED");
  return (
    <Section
      title="Launch Phase Management"
      reading={reading}
      aside={
        !reading.isEmpty && (
          <Text size="sm" c="dimmed">
            {running.length === 0 ? "Nothing is live" : `${running.length} live`}
          </Text>
        )
      }
    >
      <Stack gap="sm">
        {phases.length === 0 && (
          <Text c="dimmed" size="sm">
            No phase yet: <code>launch demo</code> loads an example, createLaunchPhase creates one.
          </Text>
        )}
        {phases.map((phase) => (
          <PhaseCard key={phase.id} phase={phase} mayOperate={mayOperate} isNext={phase === next} />
        ))}
      </Stack>
      <Group gap="md" visibleFrom="sm">
        {Object.values(STATUS).map(({ label, color }) => (
          <Group key={label} gap={6}>
            <span className="dot" style={{ background: `var(--mantine-color-${color}-6)` }} aria-hidden />
            <Text size="xs" c="dimmed">
              {label}
            </Text>
          </Group>
        ))}
      </Group>
    </Section>
  );
}
