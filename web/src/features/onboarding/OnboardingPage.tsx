import { Card, Stack, Text, Title } from "@mantine/core";
import { useNavigate, useParams } from "react-router";

import { Page } from "../../components/Page";
import { Section } from "../../components/Section";
import { useLiveQuery } from "../../lib/live";
import { find, useGuarded } from "../access/availability";
import { Closed } from "../access/Closed";
import { Gate } from "../access/Gate";
import { useRealtime } from "../access/realtime";
import { BusinessInfoStep } from "./BusinessInfoStep";
import { FirstClientStep } from "./FirstClientStep";
import { Guidance } from "./Guidance";
import { HelpCard } from "./HelpCard";
import { SetupQuery, ViewerOnboardingStream } from "./onboarding.graphql";
import { SendInvitationStep } from "./SendInvitationStep";
import type { Setup } from "./setup";
import { StepBar } from "./StepBar";
import { pathOf, shownStep } from "./steps";

/** The guided setup: one step at a time, resumed where it was left, on any device (S83, S84). */
export function OnboardingPage() {
  return (
    <Page title="Set up WedSync" size="sm">
      <Gate flag="mvp_supplier_onboarding">
        <Steps />
      </Gate>
    </Page>
  );
}

function Steps() {
  const { step = "" } = useParams();
  const navigate = useNavigate();
  const [{ data }, again, reading] = useLiveQuery(SetupQuery, {});
  useRealtime(ViewerOnboardingStream, {}, () => again({ requestPolicy: "network-only" }));
  const supplier = data?.viewer?.supplier;
  const shown = supplier && shownStep(supplier.onboarding, step);
  if (!supplier || !shown)
    return (
      <Section title="Your setup" reading={reading}>
        {null}
      </Section>
    );
  return (
    <>
      <StepBar onboarding={supplier.onboarding} shown={shown.key} />
      <Guidance onboarding={supplier.onboarding} pathOf={pathOf} />
      {shown.enabled ? (
        <Card padding="lg" key={shown.key}>
          <Stack>
            <div>
              <Title order={2} size="h3">
                {shown.title}
              </Title>
              <Text c="dimmed">{shown.description}</Text>
            </div>
            <Content supplier={supplier} step={shown.key} onDone={(key) => void navigate(pathOf(key))} />
          </Stack>
        </Card>
      ) : (
        <ClosedStep step={shown.key} title={shown.title} />
      )}
      <HelpCard onboarding={supplier.onboarding} />
    </>
  );
}

function ClosedStep({ step, title }: { step: string; title: string }) {
  const guarded = useGuarded();
  const availability = find(guarded, "STEP", step)?.availability ?? "NOT_YET";
  return <Closed name={title} availability={availability} testId={`closed-step-${step}`} />;
}

function Content(props: { supplier: Setup; step: string; onDone: (next: string) => void }) {
  const { supplier, step, onDone } = props;
  if (step === "business_info") return <BusinessInfoStep supplier={supplier} onDone={() => onDone("first_client")} />;
  if (step === "first_client") return <FirstClientStep supplier={supplier} onDone={() => onDone("send_invitation")} />;
  return <SendInvitationStep supplier={supplier} />;
}
