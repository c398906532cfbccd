import { Anchor, Badge, Group, Text } from "@mantine/core";
import { Link } from "react-router";

import type { StandingFieldsFragment } from "../../gql/graphql";
import { Ago } from "../../lib/time";

/** The progress of a user in onboarding, and whether they are stalled. */
export function OnboardingState({ onboarding }: { onboarding: StandingFieldsFragment }) {
  const { completedAt, percentComplete, stuckAtStep, currentStep, assistanceNeeded, lastActivityAt } = onboarding;
  return (
    <Group gap={6}>
      {assistanceNeeded && (
        <Badge color="red" variant="light">
          Asks for help
        </Badge>
      )}
      {completedAt ? (
        <Text size="xs" c="dimmed">
          set up <Ago at={completedAt} />
        </Text>
      ) : (
        <Text size="xs" c="dimmed">
          {percentComplete} % set up{currentStep && ` · at ${stepName(currentStep)}`}
          {stuckAtStep && " · stalled"} · last seen <Ago at={lastActivityAt} />
        </Text>
      )}
    </Group>
  );
}

/** What this person sees, one click away. */
export function SeesLink({ user }: { user: { id: string; email?: string | null } | null | undefined }) {
  if (!user) return null;
  return (
    <Anchor
      component={Link}
      to={`/admin/playground?user=${encodeURIComponent(user.id)}`}
      size="xs"
      aria-label={`What they see: ${user.email ?? "this account"}`}
      style={{ flex: "none" }}
    >
      What they see
    </Anchor>
  );
}

/** send_invitation → send invitation. */
export function stepName(key: string): string {
  return key.replaceAll("_", " ");
}
