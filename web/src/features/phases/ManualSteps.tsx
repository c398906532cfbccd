import { List, Text } from "@mantine/core";

import type { PhaseFieldsFragment } from "../../gql/graphql";

/** The manual steps of a rollback plan (S56). */
export function ManualSteps({ phase, title }: { phase: PhaseFieldsFragment; title: string }) {
  const steps = phase.rollbackPlan?.manualSteps ?? [];
  if (steps.length === 0) return null;
  return (
    <div>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      <List size="sm">
        {steps.map((step) => (
          <List.Item key={step}>{step}</List.Item>
        ))}
      </List>
    </div>
  );
}
