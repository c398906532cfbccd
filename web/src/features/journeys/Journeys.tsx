import { SimpleGrid, Text } from "@mantine/core";

import { Section } from "../../components/Section";
import type { TimeRange } from "../../gql/graphql";
import { JourneyCard } from "./JourneyCard";
import { useJourneys } from "./useJourneys";

/** Success rates of journeys, the steps at which users stop, and durations (S80, S100 to S104, A37). */
export function Journeys({ range }: { range: TimeRange }) {
  const { journeys, reading } = useJourneys(range);
  return (
    <Section
      title="User Journey Completion Rates"
      reading={reading}
      aside={
        <Text size="sm" c="dimmed">
          Target 95 % of ended journeys
        </Text>
      }
    >
      {journeys?.length === 0 && (
        <Text c="dimmed" size="sm">
          No data for this range.
        </Text>
      )}
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="sm">
        {journeys?.map((journey) => (
          <JourneyCard key={journey.key} journey={journey} />
        ))}
      </SimpleGrid>
    </Section>
  );
}
