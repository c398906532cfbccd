import { Card, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { CopyLink } from "../../components/CopyLink";
import type { OnboardingFieldsFragment } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { CompleteStepMutation } from "../onboarding/onboarding.graphql";
import { useViewer } from "../session/session";

const STEP = "invite_partner";

/** Two partners, one log-in: the other one gets to know it from the first (S8, S85). */
export function PartnerStep({ onboarding }: { onboarding: OnboardingFieldsFragment }) {
  const { email } = useViewer();
  const [state, complete] = useMutation(CompleteStepMutation);
  const step = onboarding.steps.find(({ key, enabled }) => key === STEP && enabled);
  if (!step || step.completedAt || !onboarding.completedAt) return null;

  async function done() {
    const { data, error } = await complete({ step: STEP });
    notifyFailure("Not saved", error, data?.completeOnboardingStep.errors);
  }

  return (
    <Card component="section" aria-label={step.title}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {step.title}
        </Title>
        <Text size="sm">
          You share one account. Your partner logs in here with <b>{email}</b>.
        </Text>
        <CopyLink label="Where to log in" url={`${location.origin}/login`} />
        <Group>
          <Button sends variant="light" loading={state.fetching} onClick={() => void done()}>
            I have told my partner
          </Button>
        </Group>
      </Stack>
    </Card>
  );
}
