import { Text } from "@mantine/core";

import { Page } from "../../components/Page";
import { Pager } from "../../components/Pager";
import { Section } from "../../components/Section";
import { useLiveQuery } from "../../lib/live";
import { useCursors } from "../../lib/pages";
import { Gate } from "../access/Gate";
import { useRealtime } from "../access/realtime";
import { PartnershipsQuery, PartnershipsStream } from "./couples.graphql";
import { PartnershipList } from "./PartnershipList";

/** Everybody who works on the day of a couple (S40, S114). */
export function SuppliersPage() {
  return (
    <Page title="Suppliers">
      <Gate flag="mvp_couple_suppliers">
        <Suppliers />
      </Gate>
    </Page>
  );
}

function Suppliers() {
  const cursors = useCursors("");
  const [{ data }, again, reading] = useLiveQuery(PartnershipsQuery, { after: cursors.after });
  const ask = () => again({ requestPolicy: "network-only" });
  useRealtime(PartnershipsStream, {}, ask);
  const found = data?.viewer?.couple?.partnerships;
  return (
    <Section title="Connected with you" reading={reading}>
      {found?.nodes.length === 0 && (
        <Text c="dimmed">No suppliers yet. Ask your suppliers for an invitation and open its link.</Text>
      )}
      {found && <PartnershipList partnerships={found.nodes} />}
      {found && found.nodes.length > 0 && <Pager cursors={cursors} pageInfo={found.pageInfo} />}
    </Section>
  );
}
