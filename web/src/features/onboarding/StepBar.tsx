import { Text } from "@mantine/core";
import { Link } from "react-router";

import type { OnboardingFieldsFragment } from "../../gql/graphql";
import { pathOf } from "./steps";

const SHORT: Record<string, string> = {
  business_info: "Business",
  first_client: "Client",
  send_invitation: "Invitation",
};

/** Where one is. Steps that are done, and the next one, can be opened. */
export function StepBar({ onboarding, shown }: { onboarding: OnboardingFieldsFragment; shown: string }) {
  const { steps, currentStep, percentComplete } = onboarding;
  return (
    <nav aria-label="Steps">
      <ol className="steps">
        {steps.map(({ key, title, completedAt }) => {
          const label = `${completedAt ? "✓ " : ""}${SHORT[key] ?? title}`;
          const state = completedAt ? "done" : key === shown ? "now" : "later";
          return (
            <li key={key} data-state={state}>
              {completedAt || key === currentStep ? (
                <Link to={pathOf(key)} aria-current={key === shown ? "step" : undefined}>
                  {label}
                </Link>
              ) : (
                <span>{label}</span>
              )}
            </li>
          );
        })}
      </ol>
      <Text size="sm" c="dimmed" mt={4} role="status">
        {percentComplete} % done
      </Text>
    </nav>
  );
}
