import { Anchor, Badge, Group, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { Link } from "react-router";

import { LoadMore } from "../../components/LoadMore";
import { Row } from "../../components/Row";
import { Section } from "../../components/Section";
import type { IncidentFieldsFragment, IncidentStatus, Severity } from "../../gql/graphql";
import { usePages } from "../../lib/pagedQuery";
import { useNewestEvent } from "../events/useNewestEvent";
import { sentenceCase, unbroken } from "../../lib/format";
import { Began } from "./Began";
import { IncidentsQuery } from "./incidents.graphql";
import { atLeast, INCIDENT_STATUS, SEVERITY } from "./severity";

type Shown = "OPEN" | "ENDED" | "ALL";

const STATUSES: Record<Shown, IncidentStatus[] | null> = {
  OPEN: ["OPEN", "INVESTIGATING"],
  ENDED: ["RESOLVED", "CLOSED"],
  ALL: null,
};
const SEVERITIES = [
  { value: "", label: "Any severity" },
  { value: "CRITICAL", label: "Critical" },
  { value: "HIGH", label: "High and above" },
  { value: "MEDIUM", label: "Medium and above" },
];

/** Incidents, newest first; open ones by default. */
export function IncidentList() {
  const [shown, setShown] = useState<Shown>("OPEN");
  const [least, setLeast] = useState("");
  const severity = least === "" ? null : atLeast(least as Severity);
  const pages = usePages(IncidentsQuery, { status: STATUSES[shown], severity }, (data) => data.incidents);
  const { refetch } = pages;
  const newest = useNewestEvent((kind) => kind === "IncidentEvent");
  useEffect(() => {
    if (newest !== undefined) refetch();
  }, [newest, refetch]);
  return (
    <Section
      title="Incidents"
      reading={pages}
      aside={
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label="Which incidents"
            value={shown}
            data={[
              { value: "OPEN", label: "Open" },
              { value: "ENDED", label: "Ended" },
              { value: "ALL", label: "All" },
            ]}
            onChange={(value) => setShown(value)}
          />
          <Select
            size="xs"
            w={150}
            aria-label="Severity"
            data={SEVERITIES}
            value={least}
            allowDeselect={false}
            onChange={(value) => setLeast(value ?? "")}
          />
        </Group>
      }
    >
      <Stack gap={0} data-testid="incident-list">
        {pages.nodes.map((incident) => (
          <Line key={incident.id} incident={incident} />
        ))}
      </Stack>
      <LoadMore pages={pages} none={shown === "OPEN" ? "No open incidents." : "No incident matches."} />
    </Section>
  );
}

function Line({ incident }: { incident: IncidentFieldsFragment }) {
  return (
    <Row
      aside={
        <>
          <Badge color={SEVERITY[incident.severity]} variant="dot">
            {sentenceCase(incident.severity)}
          </Badge>
          <Badge color={INCIDENT_STATUS[incident.status]} variant="dot">
            {sentenceCase(incident.status)}
          </Badge>
        </>
      }
    >
      <Anchor
        component={Link}
        to={`/admin/incidents/${incident.number}`}
        size="sm"
        fw={600}
        style={{ overflowWrap: "anywhere" }}
      >
        #{incident.number} {unbroken(incident.title)}
      </Anchor>
      <Text size="xs" c="dimmed">
        <Began incident={incident} />
      </Text>
    </Row>
  );
}
