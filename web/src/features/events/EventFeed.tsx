import { Group, ScrollArea, Stack, Switch, Text } from "@mantine/core";
import { IconActivityHeartbeat, IconAlertTriangle, IconFlag, IconPointFilled, IconRocket } from "@tabler/icons-react";
import { memo, useState } from "react";

import { Section } from "../../components/Section";
import type { EventFieldsFragment } from "../../gql/graphql";
import { actorName } from "../../lib/actor";
import { Ago } from "../../lib/time";
import { unbroken } from "../../lib/format";
import { isSwing } from "./swings";
import type { Feed } from "./useEvents";

const ICONS: Partial<Record<NonNullable<EventFieldsFragment["__typename"]>, typeof IconFlag>> = {
  PhaseEvent: IconRocket,
  FlagEvent: IconFlag,
  HealthEvent: IconActivityHeartbeat,
  IncidentEvent: IconAlertTriangle,
};

/** What changed just before: newest first (X8). */
export function EventFeed({ feed }: { feed: Feed }) {
  const [all, setAll] = useState(false);
  const swings = feed.events.filter(isSwing).length;
  const shown = all ? feed.events : feed.events.filter((event) => !isSwing(event));
  return (
    <Section
      title="Recent events"
      reading={feed}
      aside={
        swings > 0 && (
          <Switch
            size="xs"
            label={`Show minor fluctuations (${swings})`}
            checked={all}
            onChange={(event) => setAll(event.currentTarget.checked)}
          />
        )
      }
    >
      {shown.length === 0 ? (
        <Text c="dimmed" size="sm">
          No events in the last six hours.
        </Text>
      ) : (
        <ScrollArea.Autosize mah="36rem" type="auto" offsetScrollbars="y" viewportProps={{ tabIndex: 0 }}>
          <Stack gap="xs" role="log" aria-live="off" data-testid="event-feed">
            {shown.map((event) => (
              <Line key={event.cursor} event={event} />
            ))}
          </Stack>
        </ScrollArea.Autosize>
      )}
    </Section>
  );
}

const Line = memo(function Line({ event }: { event: EventFieldsFragment }) {
  const Icon = ICONS[event.__typename] ?? IconPointFilled;
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <Icon size={16} style={{ flex: "none", marginTop: 3 }} aria-hidden />
      <div style={{ minWidth: 0 }}>
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {unbroken(event.summary)}
        </Text>
        <Text size="xs" c="dimmed">
          {actorName(event.actor)} · <Ago at={event.at} />
        </Text>
      </div>
    </Group>
  );
});
