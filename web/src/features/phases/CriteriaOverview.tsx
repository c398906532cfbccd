import { Stack, Text } from "@mantine/core";

import { Section } from "../../components/Section";
import { useLiveQuery } from "../../lib/live";
import { Criteria } from "./Criteria";
import { PhasesQuery } from "./phases.graphql";
import { isLive } from "./status";

/** The criteria of live phases, with their verdicts (X1). */
export function CriteriaOverview() {
  const [{ data }, , reading] = useLiveQuery(PhasesQuery, {});
  const live = (data?.launchPhases ?? []).filter(isLive);
  return (
    <Section title="Success criteria" reading={reading}>
      {live.length === 0 && (
        <Text c="dimmed" size="sm">
          No phase is live.
        </Text>
      )}
      <Stack>
        {live.map((phase) => (
          <div key={phase.id}>
            <Text size="sm" fw={600} mb={4}>
              {phase.name}
            </Text>
            {phase.successCriteria.length === 0 ? (
              <Text c="dimmed" size="sm">
                This phase has no criteria.
              </Text>
            ) : (
              <Criteria criteria={phase.successCriteria} live />
            )}
          </div>
        ))}
      </Stack>
    </Section>
  );
}
