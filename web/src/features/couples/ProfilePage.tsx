import { Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";

import { Button } from "../../components/Button";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import { Page } from "../../components/Page";
import { Section } from "../../components/Section";
import type { CoupleProfileQuery as Data } from "../../gql/graphql";
import { orNull } from "../../lib/forms";
import { useLiveQuery } from "../../lib/live";
import { useFormDraft } from "../../lib/useDraft";
import { FeatureList } from "../access/FeatureList";
import { Gate } from "../access/Gate";
import { useRealtime } from "../access/realtime";
import { NotificationSettings } from "../inbox/NotificationSettings";
import { ViewerOnboardingStream } from "../onboarding/onboarding.graphql";
import { Reminders } from "../onboarding/Reminders";
import { AccountSections } from "../session/AccountSections";
import { useSaveProfile } from "../session/useSaveProfile";
import { CoupleProfileQuery } from "./couples.graphql";
import { InvitationEmails } from "./InvitationEmails";
import { Partners } from "./Partners";

/** Names, the day, and the log-in of a couple (S39, S114). */
export function ProfilePage() {
  const [{ data }, again, reading] = useLiveQuery(CoupleProfileQuery, {});
  const refresh = () => again({ requestPolicy: "network-only" });
  useRealtime(ViewerOnboardingStream, {}, refresh, refresh);
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

function ProfileForm({ couple }: { couple: Couple }) {
  const form = useForm({
    initialValues: {
      partner1Name: couple.partner1Name ?? "",
      partner2Name: couple.partner2Name ?? "",
      weddingDate: couple.weddingDate ?? "",
      phone: couple.phone ?? "",
    },
  });
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
        <FormProblem>{problem}</FormProblem>
        <Button type="submit" loading={saving} disabled={!form.isDirty()}>
          Save
        </Button>
      </Stack>
    </Form>
  );
}
