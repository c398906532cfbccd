import { Anchor, Stack, Text } from "@mantine/core";
import { useEffect } from "react";
import { Link } from "react-router";

import { Section } from "../../components/Section";
import { pollWhileVisible } from "../../lib/pageVisibility";
import { useLiveQuery } from "../../lib/live";
import { IncidentCard } from "./IncidentCard";
import { OpenIncidentsQuery } from "./incidents.graphql";
import { isOpen, worstFirst } from "./severity";

/** As often as checks and guards measure. */
const MEASURED_MS = 30_000;

interface Props {
  /** Changes with each incident event, and asks for the list again. */
  newest: string | undefined;
  mayOperate: boolean;
}

export function OpenIncidents({ newest, mayOperate }: Props) {
  const [{ data }, again, reading] = useLiveQuery(OpenIncidentsQuery, {});
  useEffect(() => {
    if (newest !== undefined) again({ requestPolicy: "network-only" });
  }, [newest, again]);
  // What an incident measures changes without an event.
  useEffect(() => pollWhileVisible(MEASURED_MS, () => again({ requestPolicy: "network-only" })), [again]);
  const open = worstFirst((data?.incidents.nodes ?? []).filter(isOpen));
  return (
    <Section
      title="Open incidents"
      reading={reading}
      aside={
        open.length > 0 && (
          <Anchor component={Link} to="/admin/monitoring" size="sm">
            All incidents
          </Anchor>
        )
      }
    >
      {open.length === 0 && (
        <Text c="dimmed" size="sm">
          None.
        </Text>
      )}
      <Stack gap="xs" className="in-order" data-testid="incidents">
        {open.map((incident) => (
          <IncidentCard key={incident.id} incident={incident} mayOperate={mayOperate} />
        ))}
      </Stack>
    </Section>
  );
}
