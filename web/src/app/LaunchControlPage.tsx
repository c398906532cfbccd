import { VisuallyHidden } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";

import { EventFeed } from "../features/events/EventFeed";
import { useEvents } from "../features/events/useEvents";
import { FlagList } from "../features/flags/FlagList";
import { HealthTiles } from "../features/health/HealthTiles";
import { OpenIncidents } from "../features/incidents/OpenIncidents";
import { MetricCards } from "../features/metrics/MetricCards";
import { PhaseTimeline } from "../features/phases/PhaseTimeline";
import { mayOperate } from "../features/session/roles";
import { useViewer } from "../features/session/session";

/** As in app.css. */
const TWO_COLUMNS = "(min-width: 75em)";

/** What is broken, since when, what changed just before, and the button that undoes it. */
export function LaunchControlPage() {
  const may = mayOperate(useViewer().role);
  const feed = useEvents();
  const newestIncident = feed.events.find((event) => event.__typename === "IncidentEvent")?.cursor;
  // The keyboard and a screen reader go where the eye goes: the feed moves, not only its look.
  const wide = useMediaQuery(TWO_COLUMNS, undefined, { getInitialValueInEffect: false });
  const happened = (
    <div data-step="4">
      <EventFeed feed={feed} />
    </div>
  );
  return (
    <div className="control">
      <VisuallyHidden component="h1">Launch</VisuallyHidden>
      <div className="control-first" data-step="1">
        <HealthTiles />
      </div>
      <div className="control-side">
        <div data-step="2">
          <OpenIncidents newest={newestIncident} mayOperate={may} />
        </div>
        {wide && happened}
      </div>
      <div className="control-rest">
        <div data-step="3">
          <PhaseTimeline mayOperate={may} />
        </div>
        {!wide && happened}
        <div data-step="5">
          <MetricCards />
        </div>
        <div data-step="6">
          <FlagList mayOperate={may} />
        </div>
      </div>
    </div>
  );
}
