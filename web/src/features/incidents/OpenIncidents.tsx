import { Stack, Text } from "@mantine/core";
import { useEffect } from "react";

import { Section } from "../../components/Section";
import { useLiveQuery } from "../../lib/live";
import { IncidentCard } from "./IncidentCard";
import { OpenIncidentsQuery } from "./incidents.graphql";
import { isOpen } from "./severity";

interface Props {
  /** Changes with each incident event, and asks for the list again. */
  newest: string | undefined;
  mayOperate: boolean;
}

export function OpenIncidents({ newest, mayOperate }: Props) {
  const [{ data, error, fetching }, again] = useLiveQuery(OpenIncidentsQuery, {});
  useEffect(() => {
    if (newest !== undefined) again({ requestPolicy: "network-only" });
  }, [newest, again]);
  const open = (data?.incidents.nodes ?? []).filter(isOpen);
  return (
    <Section title="Open incidents" error={error} loading={fetching && data === undefined}>
      {open.length === 0 && <Text c="dimmed" size="sm">None.</Text>}
      <Stack gap="xs" data-testid="incidents">
        {open.map((incident) => (
          <IncidentCard key={incident.id} incident={incident} mayOperate={mayOperate} />
        ))}
      </Stack>
    </Section>
  );
}
