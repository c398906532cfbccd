import { Anchor, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { Link } from "react-router";

import { Page } from "../../components/Page";
import { Section } from "../../components/Section";
import type { OverviewQuery as Data } from "../../gql/graphql";
import { plainDate, untilWords } from "../../lib/dates";
import { coupleNames } from "../../lib/format";
import { useLiveQuery } from "../../lib/live";
import { useNow } from "../../lib/time";
import { Gate } from "../access/Gate";
import { useRealtime } from "../access/realtime";
import { Guidance } from "../onboarding/Guidance";
import { HelpCard } from "../onboarding/HelpCard";
import { ViewerOnboardingStream } from "../onboarding/onboarding.graphql";
import { ProgressCard } from "../onboarding/ProgressCard";
import { ConfirmEmailNote } from "../session/ConfirmEmailNote";
import { OverviewQuery, ViewerCoupleStream } from "./couples.graphql";
import { PartnerStep } from "./PartnerStep";
import { PartnershipRow } from "./PartnershipRow";

type Couple = NonNullable<NonNullable<Data["viewer"]>["couple"]>;

/** A couple's first page: their day, who works on it, and what to do next (S85, S114). */
export function OverviewPage() {
  const [{ data }, again, reading] = useLiveQuery(OverviewQuery, {});
  const refresh = () => again({ requestPolicy: "network-only" });
  useRealtime(ViewerOnboardingStream, {}, refresh, refresh);
  useRealtime(ViewerCoupleStream, {}, refresh);
  const couple = data?.viewer?.couple;
  return (
    <Page title={couple ? coupleNames(couple, "Your wedding") : "Your wedding"}>
      {!couple ? (
        <Section title="Overview" reading={reading}>
          {null}
        </Section>
      ) : (
        <>
          <ConfirmEmailNote />
          <Day couple={couple} />
          <Guidance onboarding={couple.onboarding} pathOf={placeOf} />
          <SimpleGrid cols={{ base: 1, md: 2 }} style={{ alignItems: "start" }}>
            <Stack>
              {!couple.onboarding.completedAt && (
                <ProgressCard title="Next steps" onboarding={couple.onboarding} pathOf={placeOf} />
              )}
              <PartnerStep onboarding={couple.onboarding} couple={couple} onChanged={refresh} />
              <HelpCard onboarding={couple.onboarding} />
            </Stack>
            <Gate flag="mvp_couple_dashboard">
              <Connections couple={couple} />
            </Gate>
          </SimpleGrid>
        </>
      )}
    </Page>
  );
}

function Day({ couple: { weddingDate } }: { couple: Couple }) {
  const now = new Date(useNow());
  if (!weddingDate) {
    return (
      <Text c="dimmed">
        When is your wedding?{" "}
        <Anchor component={Link} to="/profile">
          Add the date
        </Anchor>
      </Text>
    );
  }
  return (
    <Group gap={6}>
      <Text size="lg" fw={600}>
        {plainDate(weddingDate, "long")}
      </Text>
      <Text size="lg" c="dimmed">
        {untilWords(weddingDate, now)}
      </Text>
    </Group>
  );
}

function Connections({ couple: { partnerships } }: { couple: Couple }) {
  return (
    <Section
      title="Your suppliers"
      aside={
        <Anchor component={Link} to="/suppliers" size="sm">
          All
        </Anchor>
      }
    >
      {partnerships.nodes.length === 0 ? (
        <Text c="dimmed" size="sm">
          No suppliers yet. Open the link in a supplier's invitation to connect.
        </Text>
      ) : (
        <Stack gap={0}>
          {partnerships.nodes.map((partnership) => (
            <PartnershipRow key={partnership.id} partnership={partnership} />
          ))}
        </Stack>
      )}
    </Section>
  );
}

/** Where a couple does its steps; a connection comes by an invitation. */
function placeOf(step: string): string | undefined {
  return step === "basic_details" ? "/profile" : undefined;
}
