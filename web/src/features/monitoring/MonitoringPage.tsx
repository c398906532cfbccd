import { SegmentedControl, Stack } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useSearchParams } from "react-router";

import { PageHead } from "../../components/PageHead";
import { Section } from "../../components/Section";
import { LoadingSkeleton } from "../../components/LoadingSkeleton";
import { Alerts } from "../alerts/Alerts";
import { HealthHistory } from "../health/HealthHistory";
import { IncidentList } from "../incidents/IncidentList";
import { Journeys } from "../journeys/Journeys";
import { CardGrid } from "../metrics/MetricCards";
import { RANGES, rangeOf } from "../metrics/ranges";
import { useMetrics } from "../metrics/useMetrics";
import { CriteriaOverview } from "../phases/CriteriaOverview";
import { Silences } from "../silences/Silences";

const PerformanceChart = lazy(async () => ({ default: (await import("./PerformanceChart")).PerformanceChart }));

/** How the launch goes: numbers, journeys, promises, incidents, health and alerts (S78 to S81). */
export function MonitoringPage() {
  const [search, setSearch] = useSearchParams();
  const range = rangeOf(search.get("range"));
  const { metrics, reading } = useMetrics(range);
  return (
    <>
      <PageHead title="Monitoring">
        <SegmentedControl
          size="xs"
          aria-label="Range"
          value={range}
          data={RANGES}
          onChange={(value) => setSearch({ range: value }, { replace: true })}
        />
      </PageHead>
      <Stack className="in-order">
        <IncidentList />
        <Section title="Metrics" reading={reading}>
          {metrics && <CardGrid metrics={metrics} />}
        </Section>
        <Journeys range={range} />
        <Section title="System Performance Over Time" reading={reading}>
          {metrics && (
            <Suspense fallback={<LoadingSkeleton what="The chart" height={320} holds />}>
              <PerformanceChart series={metrics.performance} range={range} />
            </Suspense>
          )}
        </Section>
        <CriteriaOverview />
        <HealthHistory range={range} />
        <Alerts />
        <Silences />
      </Stack>
    </>
  );
}
