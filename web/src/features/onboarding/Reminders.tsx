import { Card, Switch } from "@mantine/core";
import { useMutation } from "urql";

import type { OnboardingFieldsFragment } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { SetNudgesMutation } from "./onboarding.graphql";

/** Switches reminders for stalled users on or off; hidden when onboarding is complete (A38). */
export function Reminders({ onboarding }: { onboarding: OnboardingFieldsFragment }) {
  const [state, setNudges] = useMutation(SetNudgesMutation);
  if (onboarding.completedAt) return null;

  async function change(enabled: boolean) {
    const { data, error } = await setNudges({ enabled });
    notifyFailure("Not saved", error, data?.setNudges.errors);
  }

  return (
    <Card>
      <Switch
        label="Remind me to finish my setup"
        checked={onboarding.nudgesEnabled}
        disabled={state.fetching}
        onChange={(event) => void change(event.currentTarget.checked)}
      />
    </Card>
  );
}
