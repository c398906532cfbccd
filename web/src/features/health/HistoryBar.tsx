import { Text } from "@mantine/core";

import { local } from "../../lib/spans";

interface Slot {
  readonly at: string;
  readonly uptime?: number | null;
  readonly responseTimeMs?: number | null;
}

const GAP = 1;
const WIDE = 10;
const HIGH = 26;

/** One bar a slot, not told by colour alone: low and green was up, high and red was down, flat and grey was not looked at. */
export function HistoryBar({ title, slots }: { title: string; slots: readonly Slot[] }) {
  if (slots.length === 0)
    return (
      <Text size="xs" c="dimmed">
        No data for this range.
      </Text>
    );
  const bad = slots.filter(({ uptime }) => uptime != null && uptime < 100).length;
  const unknown = slots.filter(({ uptime }) => uptime == null).length;
  return (
    <svg
      viewBox={`0 0 ${slots.length * WIDE} ${HIGH}`}
      width="100%"
      height={HIGH}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${title}: ${bad} of ${slots.length} intervals with failures, ${unknown} without samples`}
    >
      {slots.map((slot, index) => (
        <rect
          key={slot.at}
          x={index * WIDE}
          y={HIGH - height(slot)}
          width={WIDE - GAP * 2}
          height={height(slot)}
          rx={1}
          fill={color(slot)}
        >
          <title>{`${local(slot.at)}: ${told(slot)}`}</title>
        </rect>
      ))}
    </svg>
  );
}

function height({ uptime }: Slot): number {
  if (uptime == null) return HIGH / 6;
  return uptime === 100 ? HIGH * 0.7 : HIGH;
}

function color({ uptime }: Slot): string {
  if (uptime == null) return "var(--mantine-color-default-border)";
  if (uptime === 100) return "var(--mantine-color-teal-7)";
  return uptime >= 95 ? "var(--mantine-color-yellow-6)" : "var(--mantine-color-red-6)";
}

function told({ uptime, responseTimeMs }: Slot): string {
  if (uptime == null) return "no samples";
  return `${uptime.toFixed(2)} % up${responseTimeMs == null ? "" : `, 95 % within ${responseTimeMs} ms`}`;
}
