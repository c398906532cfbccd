import { Card, Stack, Text, Title } from "@mantine/core";
import { useNavigate, useParams } from "react-router";

import { Page } from "../../components/Page";
import { Section } from "../../components/Section";
import { useLiveQuery } from "../../lib/live";
import { useStream } from "../../lib/stream";
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
  const { step = "" } = useParams();
  const navigate = useNavigate();
  const [{ data }, , reading] = useLiveQuery(SetupQuery, {});
  useStream(ViewerOnboardingStream, {});
  const supplier = data?.viewer?.supplier;
  const shown = supplier && shownStep(supplier.onboarding, step);
  return (
    <Page title="Set up WedSync" size="sm">
      {!supplier || !shown ? (
        <Section title="Your setup" reading={reading}>{null}</Section>
      ) : (
        <>
          <StepBar onboarding={supplier.onboarding} shown={shown.key} />
          <Guidance onboarding={supplier.onboarding} pathOf={pathOf} />
          <Card padding="lg" key={shown.key}>
            <Stack>
              <div>
                <Title order={2} size="h3">{shown.title}</Title>
                <Text c="dimmed">{shown.description}</Text>
              </div>
              {shown.enabled ? (
                <Content supplier={supplier} step={shown.key} onDone={(key) => void navigate(pathOf(key))} />
              ) : (
                <Text>This step will be available soon and appears here automatically.</Text>
              )}
            </Stack>
          </Card>
          <HelpCard onboarding={supplier.onboarding} />
        </>
      )}
    </Page>
  );
}

function Content(props: { supplier: Setup; step: string; onDone: (next: string) => void }) {
  const { supplier, step, onDone } = props;
  if (step === "business_info") return <BusinessInfoStep supplier={supplier} onDone={() => onDone("first_client")} />;
  if (step === "first_client") return <FirstClientStep supplier={supplier} onDone={() => onDone("send_invitation")} />;
  return <SendInvitationStep supplier={supplier} />;
}
