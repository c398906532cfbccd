import type { OnboardingFieldsFragment } from "../../gql/graphql";

type Onboarding = Pick<OnboardingFieldsFragment, "steps" | "currentStep">;

/** The address of a step: words of an address are parted by hyphens, those of a key by underscores. */
export function pathOf(key: string): string {
  return `/onboarding/${key.replaceAll("_", "-")}`;
}

/**
 * The step to show: the one of the address where it can be done or seen again, else the next one,
 * which the server decides; where a flag holds that one back, the one that is held back; else the last.
 */
export function shownStep({ steps, currentStep }: Onboarding, slug: string): Onboarding["steps"][number] | undefined {
  const asked = steps.find(({ key }) => key === slug.replaceAll("-", "_"));
  if (asked && (asked.completedAt || asked.key === currentStep)) return asked;
  return (
    steps.find(({ key }) => key === currentStep) ??
    steps.find(({ required, completedAt }) => required && !completedAt) ??
    steps.at(-1)
  );
}
