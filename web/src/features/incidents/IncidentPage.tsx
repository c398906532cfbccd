import { Anchor, Badge, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useEffect } from "react";
import { Link, useParams } from "react-router";

import { Failed } from "../../components/Failed";
import { BreakableText } from "../../components/BreakableText";
import { Notice } from "../../components/Notice";
import { PageHead } from "../../components/PageHead";
import { Section } from "../../components/Section";
import { LoadingSkeleton } from "../../components/LoadingSkeleton";
import type { IncidentQuery as Data } from "../../gql/graphql";
import { actorName } from "../../lib/actor";
import { useLiveQuery } from "../../lib/live";
import { Deliveries } from "../alerts/Deliveries";
import { useNewestEvent } from "../events/useNewestEvent";
import { sentenceCase, unbroken } from "../../lib/format";
import { mayOperate } from "../session/roles";
import { useViewer } from "../session/session";
import { Began } from "./Began";
import { Description, saysMore } from "./Description";
import { Episodes } from "./Episodes";
import { IncidentActions } from "./IncidentActions";
import { IncidentQuery } from "./incidents.graphql";
import { IncidentTimeline } from "./IncidentTimeline";
import { INCIDENT_STATUS, isOpen, SEVERITY } from "./severity";
import { Suspects } from "./Suspects";

type Incident = Data["incidents"]["nodes"][number];

/** One incident: what, since when, who is on it, what changed before, and what was done (S28, A33). */
export function IncidentPage() {
  const { number: named = "" } = useParams();
  const number = Number(named);
  const may = mayOperate(useViewer().role);
  const valid = Number.isInteger(number) && number > 0 && number < 2 ** 31;
  const [{ data }, again, reading] = useLiveQuery(IncidentQuery, { number: valid ? number : 0 });
  const newest = useNewestEvent();
  useEffect(() => {
    if (newest !== undefined) again({ requestPolicy: "network-only" });
  }, [newest, again]);
  const incident = data?.incidents.nodes.find((found) => found.number === number); // not the one of the page before
  if (!incident) {
    if (reading.error) return <Failed what="This incident" reading={reading} />;
    if (reading.isFetching || reading.isEmpty) return <LoadingSkeleton what="The incident" height={240} />;
    return (
      <Notice title="Incident not found" text={`No incident has the number ${named}.`}>
        <Anchor component={Link} to="/admin/monitoring">
          All incidents
        </Anchor>
      </Notice>
    );
  }
  const measured = incident.currentEpisode.explanation;
  const ended = isOpen(incident) ? null : incident.resolutionNotes;
  return (
    <>
      <PageHead title={`#${incident.number} ${unbroken(incident.title)}`} text={<Facts incident={incident} />}>
        {may && <IncidentActions incident={incident} />}
      </PageHead>
      <Stack>
        {(saysMore(incident) || [incident.userImpact, ended, measured].some(Boolean)) && (
          <Section title="Details">
            {measured && <Text size="sm">Last measured: {unbroken(measured)}</Text>}
            {saysMore(incident) && <Description text={incident.description} />}
            {incident.userImpact && <Text size="sm">User impact: {incident.userImpact}</Text>}
            {ended && <Text size="sm">How it was resolved: {unbroken(ended)}</Text>}
          </Section>
        )}
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          <Stack>
            <Section title="Suspected changes">
              <Suspects incidentId={incident.id} mayOperate={may} />
            </Section>
            {incident.episodes.length > 1 && (
              <Section title="Earlier episodes">
                <Episodes incident={incident} episodes={incident.episodes.slice(1)} mayOperate={may} />
              </Section>
            )}
            <Section title="Alerts">
              <Deliveries incidentId={incident.id} />
            </Section>
          </Stack>
          <IncidentTimeline incident={incident} newest={newest} mayOperate={may} />
        </SimpleGrid>
      </Stack>
    </>
  );
}

function Facts({ incident }: { incident: Incident }) {
  return (
    <Stack gap={4} mt={4}>
      <Group gap="xs">
        <Badge color={SEVERITY[incident.severity]} variant="dot">
          {sentenceCase(incident.severity)}
        </Badge>
        <Badge color={INCIDENT_STATUS[incident.status]} variant="dot" data-testid="incident-status">
          {sentenceCase(incident.status)}
        </Badge>
        {incident.affectedFeatures.map(({ key }) => (
          <Anchor key={key} component={Link} to={`/admin/flags/${key}`} size="sm" className="code">
            <BreakableText text={key} />
          </Anchor>
        ))}
      </Group>
      <span>
        <Began incident={incident} />
        {incident.phase && ` · ${incident.phase.name}`}
      </span>
      <span>{incident.assignee ? `assigned to ${incident.assignee.email}` : taken(incident)}</span>
    </Stack>
  );
}

function taken(incident: Incident): string {
  if (incident.acknowledgedAt) return `acknowledged by ${actorName(incident.acknowledgedBy)}`;
  return isOpen(incident) ? "Not acknowledged yet" : "Resolved without acknowledgement";
}
