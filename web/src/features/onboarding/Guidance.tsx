import { Alert, Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconMoodSmile } from "@tabler/icons-react";
import { useLocation } from "react-router";
import { useMutation } from "urql";

import { Button, LinkButton } from "../../components/Button";
import type { OnboardingFieldsFragment } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { Ago } from "../../lib/time";
import { DismissNudgeMutation, SetNudgesMutation } from "./onboarding.graphql";

interface Props {
  onboarding: OnboardingFieldsFragment;
  /** The path where a step is completed; undefined if another person completes it. */
  pathOf: (step: string) => string | undefined;
}

/** An incident on the next step, or a hint for a stalled user; never both (S73, X12). */
export function Guidance({ onboarding, pathOf }: Props) {
  const { banner, nudge } = onboarding;
  if (banner) {
    return (
      <Alert color="orange" icon={<IconAlertTriangle />} role="status" data-testid="onboarding-banner">
        {banner.message}{" "}
        <Text component="span" size="sm" c="dimmed">
          Started <Ago at={banner.since} />.
        </Text>
      </Alert>
    );
  }
  return nudge ? <Nudge nudge={nudge} path={pathOf(nudge.step)} /> : null;
}

function Nudge({ nudge, path }: { nudge: NonNullable<OnboardingFieldsFragment["nudge"]>; path: string | undefined }) {
  const [, dismiss] = useMutation(DismissNudgeMutation);
  const [, setNudges] = useMutation(SetNudgesMutation);
  const isThere = useLocation().pathname === path;

  async function putAway() {
    const { data, error } = await dismiss({});
    notifyFailure("Not dismissed", error, data?.dismissNudge.errors);
  }

  async function never() {
    const { data, error } = await setNudges({ enabled: false });
    notifyFailure("Not saved", error, data?.setNudges.errors);
  }

  return (
    <Alert
      icon={<IconMoodSmile />}
      role="status"
      data-testid="nudge"
      withCloseButton
      closeButtonLabel="Dismiss"
      onClose={() => void putAway()}
    >
      <Text size="sm">{nudge.message}</Text>
      <Group gap="xs" mt="xs">
        {path && !isThere && (
          <LinkButton to={path} size="xs" variant="default">
            Continue
          </LinkButton>
        )}
        <Button sends size="xs" variant="subtle" onClick={() => void never()}>
          No more reminders
        </Button>
      </Group>
    </Alert>
  );
}
