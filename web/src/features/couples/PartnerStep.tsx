import { Text } from "@mantine/core";

import { Section } from "../../components/Section";
import type { OnboardingFieldsFragment, PartnerFieldsFragment } from "../../gql/graphql";
import { InvitePartner } from "./InvitePartner";

const STEP = "invite_partner";

interface Props {
  onboarding: OnboardingFieldsFragment;
  couple: PartnerFieldsFragment;
  onChanged: () => void;
}

/** The second partner is asked in, until they have an account of their own (S85, M9). */
export function PartnerStep({ onboarding, couple, onChanged }: Props) {
  const step = onboarding.steps.find(({ key, enabled }) => key === STEP && enabled);
  if (!step || couple.members.length > 1) return null;
  return (
    <Section title={step.title}>
      <Text size="sm">Your partner gets an account of their own, and you both see the same.</Text>
      <InvitePartner invitation={couple.partnerInvitation} onChanged={onChanged} />
    </Section>
  );
}
