import { EventFeed } from "../features/events/EventFeed";
import { useEvents } from "../features/events/useEvents";
import { FlagList } from "../features/flags/FlagList";
import { HealthTiles } from "../features/health/HealthTiles";
import { OpenIncidents } from "../features/incidents/OpenIncidents";
import { MetricCards } from "../features/metrics/MetricCards";
import { PhaseTimeline } from "../features/phases/PhaseTimeline";
import { mayOperate } from "../features/session/roles";
import { useViewer } from "../features/session/session";

/** What is broken, since when, what changed just before, and the button that undoes it. */
export function LaunchControlPage() {
  const may = mayOperate(useViewer().role);
  const feed = useEvents();
  const newestIncident = feed.events.find((event) => event.__typename === "IncidentEvent")?.cursor;
  return (
    <div className="control">
      <div className="control-main">
        <div style={{ order: 1 }}><HealthTiles /></div>
        <div style={{ order: 3 }}><PhaseTimeline mayOperate={may} /></div>
        <div style={{ order: 5 }}><MetricCards /></div>
        <div style={{ order: 6 }}><FlagList mayOperate={may} /></div>
      </div>
      <div className="control-side">
        <div style={{ order: 2 }}>
          <OpenIncidents newest={newestIncident} mayOperate={may} />
        </div>
        <div style={{ order: 4 }}><EventFeed feed={feed} /></div>
      </div>
    </div>
  );
}
