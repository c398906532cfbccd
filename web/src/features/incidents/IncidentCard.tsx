import { Anchor, Badge, Group, Paper, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link } from "react-router";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import type { IncidentFieldsFragment } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { sentenceCase, unbroken } from "../../lib/format";
import { AcknowledgeMutation } from "./incidents.graphql";
import { Began } from "./Began";
import { Description, saysMore } from "./Description";
import { ResolveDialog } from "./ResolveDialog";
import { SEVERITY } from "./severity";
import { Suspects } from "./Suspects";

interface Props {
  incident: IncidentFieldsFragment;
  mayOperate: boolean;
}

export function IncidentCard({ incident, mayOperate }: Props) {
  const [taking, acknowledge] = useMutation(AcknowledgeMutation);
  const [resolving, dialog] = useDisclosure();
  const color = SEVERITY[incident.severity];
  const address = `/admin/incidents/${incident.number}`;
  return (
    <Paper
      withBorder
      p="sm"
      className="tile"
      data-testid={`incident-${incident.number}`}
      data-status={incident.status}
      style={{ "--tile": `var(--mantine-color-${color}-6)` }}
    >
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Anchor component={Link} to={address} fw={600} size="sm" c="inherit" style={{ overflowWrap: "anywhere" }}>
            #{incident.number} {unbroken(incident.title)}
          </Anchor>
          <Badge color={color} variant="dot" style={{ flex: "none" }}>
            {sentenceCase(incident.severity)}
          </Badge>
        </Group>
        {saysMore(incident) && <Description text={incident.description} />}
        {incident.userImpact && (
          <Text size="sm" c="dimmed">
            User impact: {incident.userImpact}
          </Text>
        )}
        <Text size="xs" c="dimmed">
          <Began incident={incident} />
          {incident.acknowledgedAt && " · acknowledged"}
        </Text>
        {mayOperate && (
          <Group gap="xs">
            {incident.status === "OPEN" && (
              <Button
                sends
                size="xs"
                variant="default"
                loading={taking.fetching}
                onClick={() =>
                  void acknowledge({ id: incident.id }).then(({ data, error }) =>
                    notifyFailure("Not acknowledged", error, data?.acknowledgeIncident.errors),
                  )
                }
              >
                Acknowledge
              </Button>
            )}
            <Button size="xs" variant="default" onClick={dialog.open}>
              Resolve
            </Button>
          </Group>
        )}
        <Suspects incidentId={incident.id} mayOperate={mayOperate} rest={address} />
        {resolving && <ResolveDialog incident={incident} onClose={dialog.close} />}
      </Stack>
    </Paper>
  );
}
