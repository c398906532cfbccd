import { SimpleGrid, Stack } from "@mantine/core";

import { Page } from "../../components/Page";
import { Section } from "../../components/Section";
import { useLiveQuery } from "../../lib/live";
import { useAccess } from "../access/access";
import { Gate } from "../access/Gate";
import { useRealtime } from "../access/realtime";
import { SystemStatusCard } from "../health/SystemStatusCard";
import { Guidance } from "../onboarding/Guidance";
import { HelpCard } from "../onboarding/HelpCard";
import { ViewerOnboardingStream } from "../onboarding/onboarding.graphql";
import { ProgressCard } from "../onboarding/ProgressCard";
import { pathOf } from "../onboarding/steps";
import { ConfirmEmailNote } from "../session/ConfirmEmailNote";
import { ClientOverview } from "./ClientOverview";
import { NextWeddings } from "./NextWeddings";
import { DashboardQuery } from "./suppliers.graphql";
import { ToDo } from "./ToDo";

/** A supplier's landing page: how far the setup is, the clients, whether all works (S113). */
export function DashboardPage() {
  const [{ data }, again, reading] = useLiveQuery(DashboardQuery, {});
  useRealtime(ViewerOnboardingStream, {}, () => again({ requestPolicy: "network-only" }));
  const { allows } = useAccess();
  const supplier = data?.viewer?.supplier;
  return (
    <Page title={supplier?.businessName ?? "Welcome"}>
      {!supplier ? (
        <Section title="Dashboard" reading={reading}>
          {null}
        </Section>
      ) : (
        <>
          <ConfirmEmailNote />
          <Guidance onboarding={supplier.onboarding} pathOf={pathOf} />
          {!supplier.onboarding.completedAt && <ProgressCard onboarding={supplier.onboarding} pathOf={pathOf} />}
          <HelpCard onboarding={supplier.onboarding} />
          <SimpleGrid cols={{ base: 1, md: 2 }} style={{ alignItems: "start" }}>
            <Gate flag="mvp_supplier_dashboard">
              <Stack>
                <ToDo business={supplier} unread={data.conversations.nodes} />
                <NextWeddings weddings={supplier.nextWeddings} />
              </Stack>
            </Gate>
            <Stack>
              {allows("mvp_supplier_dashboard") && <ClientOverview supplier={supplier} reading={reading} />}
              <SystemStatusCard />
            </Stack>
          </SimpleGrid>
        </>
      )}
    </Page>
  );
}
