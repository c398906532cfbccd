import { Anchor, Badge, Stack, Text } from "@mantine/core";
import { Link } from "react-router";

import { LoadMore } from "../../components/LoadMore";
import { Row } from "../../components/Row";
import type { AlertDeliveriesQuery as Data } from "../../gql/graphql";
import { usePages } from "../../lib/pagedQuery";
import { span } from "../../lib/spans";
import { Ago } from "../../lib/time";
import { sentenceCase } from "../../lib/format";
import { DeliveriesQuery } from "./alerts.graphql";

type Delivery = Data["alertDeliveries"]["edges"][number]["node"];

/** Each message to each channel: whether it arrived, and how long after the fault. */
export function Deliveries({ incidentId = null }: { incidentId?: string | null }) {
  const pages = usePages(DeliveriesQuery, { incidentId }, ({ alertDeliveries: { edges, pageInfo } }) => ({
    nodes: edges.map(({ cursor, node }) => ({ ...node, id: cursor })),
    pageInfo,
  }));
  return (
    <>
      <Stack gap={0}>
        {pages.nodes.map((item) => (
          <Line key={item.id} delivery={item} />
        ))}
      </Stack>
      <LoadMore pages={pages} none="No alerts sent." />
    </>
  );
}

function Line({ delivery }: { delivery: Delivery }) {
  const { label, color } = outcome(delivery);
  return (
    <Row
      aside={
        <>
          {delivery.incident && (
            <Anchor component={Link} to={`/admin/incidents/${delivery.incident.number}`} size="sm">
              #{delivery.incident.number}
            </Anchor>
          )}
          <Badge color={color} variant="dot">
            {label}
          </Badge>
        </>
      }
    >
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        {delivery.title}
      </Text>
      <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        {sentenceCase(delivery.kind)} to {delivery.channel} · <Ago at={delivery.createdAt} />
        {delivery.latencyMs != null && ` · ${span(delivery.latencyMs)} after the first bad sample`}
        {delivery.attempts > 1 && ` · ${delivery.attempts} attempts`}
      </Text>
      {delivery.lastError && !delivery.delivered && (
        <Text size="xs" c="var(--bad)" style={{ overflowWrap: "anywhere" }}>
          {delivery.lastError}
        </Text>
      )}
    </Row>
  );
}

function outcome({ delivered, finished }: Delivery): { label: string; color: string } {
  if (delivered) return { label: "Arrived", color: "teal" };
  return finished ? { label: "Given up", color: "red" } : { label: "Sending", color: "yellow" };
}
