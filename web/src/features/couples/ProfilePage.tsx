import { Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";

import { Button } from "../../components/Button";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import { Page } from "../../components/Page";
import { Section } from "../../components/Section";
import type { CoupleProfileQuery as Data } from "../../gql/graphql";
import { listed } from "../../lib/format";
import { orNull } from "../../lib/forms";
import { useLiveQuery } from "../../lib/live";
import { useFormDraft } from "../../lib/useDraft";
import { useFollowed } from "../../lib/useFollowed";
import { FeatureList } from "../access/FeatureList";
import { Gate } from "../access/Gate";
import { useRealtime } from "../access/realtime";
import { NotificationSettings } from "../inbox/NotificationSettings";
import { ViewerOnboardingStream } from "../onboarding/onboarding.graphql";
import { Reminders } from "../onboarding/Reminders";
import { AccountSections } from "../session/AccountSections";
import { useSaveProfile } from "../session/useSaveProfile";
import { CoupleProfileQuery, ViewerCoupleStream } from "./couples.graphql";
import { InvitationEmails } from "./InvitationEmails";
import { Partners } from "./Partners";

/** Names, the day, and the log-in of a couple (S39, S114). */
export function ProfilePage() {
  const [{ data }, again, reading] = useLiveQuery(CoupleProfileQuery, {});
  const refresh = () => again({ requestPolicy: "network-only" });
  useRealtime(ViewerOnboardingStream, {}, refresh, refresh);
  useRealtime(ViewerCoupleStream, {}, refresh);
  const viewer = data?.viewer;
  return (
    <Page title="Profile" size="sm">
      <Gate flag="mvp_couple_profile">
        <Section title="Your wedding" reading={reading}>
          {viewer?.couple && <ProfileForm couple={viewer.couple} />}
        </Section>
      </Gate>
      {viewer?.couple && <Partners couple={viewer.couple} onChanged={refresh} />}
      {viewer?.couple && <Reminders onboarding={viewer.couple.onboarding} />}
      <InvitationEmails />
      <NotificationSettings />
      <FeatureList />
      <AccountSections />
    </Page>
  );
}

type Couple = NonNullable<NonNullable<Data["viewer"]>["couple"]>;

const LABELS: Record<string, string> = {
  partner1Name: "your name",
  partner2Name: "your partner's name",
  weddingDate: "the wedding date",
  phone: "the telephone number",
};

function ProfileForm({ couple }: { couple: Couple }) {
  const saved = {
    partner1Name: couple.partner1Name ?? "",
    partner2Name: couple.partner2Name ?? "",
    weddingDate: couple.weddingDate ?? "",
    phone: couple.phone ?? "",
  };
  const form = useForm({ initialValues: saved });
  const conflicts = useFollowed(form, saved);
  const draft = useFormDraft("profile", form);
  const { saving, problem, save } = useSaveProfile(form);
  return (
    <Form
      draft={draft}
      onSubmit={form.onSubmit(
        ({ partner1Name, partner2Name, weddingDate, phone }) =>
          void save({ partner1Name, partner2Name, weddingDate: orNull(weddingDate), phone: orNull(phone) }),
      )}
    >
      <Stack>
        <TextInput label="Your name" required maxLength={200} {...form.getInputProps("partner1Name")} />
        <TextInput label="Your partner's name" required maxLength={200} {...form.getInputProps("partner2Name")} />
        <TextInput label="Wedding date" type="date" {...form.getInputProps("weddingDate")} />
        <TextInput
          label="Telephone"
          description="Suppliers who are connected with you see it"
          type="tel"
          maxLength={32}
          {...form.getInputProps("phone")}
        />
        {conflicts.length > 0 && (
          <Text size="sm" role="status" data-testid="partner-changed">
            Your partner has changed this too: {listed(conflicts.map((field) => LABELS[field] ?? field))}. Saving keeps
            what you have entered.
          </Text>
        )}
        <FormProblem>{problem}</FormProblem>
        <Button type="submit" loading={saving} disabled={!form.isDirty()}>
          Save
        </Button>
      </Stack>
    </Form>
  );
}
