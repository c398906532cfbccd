import { NativeSelect, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";

import { Button } from "../../components/Button";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import { Page } from "../../components/Page";
import { Section } from "../../components/Section";
import type { SupplierProfileQuery as Data } from "../../gql/graphql";
import { orNull } from "../../lib/forms";
import { useLiveQuery } from "../../lib/live";
import { useFormDraft } from "../../lib/useDraft";
import { FeatureList } from "../access/FeatureList";
import { Gate } from "../access/Gate";
import { NotificationSettings } from "../inbox/NotificationSettings";
import { Reminders } from "../onboarding/Reminders";
import { AccountSections } from "../session/AccountSections";
import { useSaveProfile } from "../session/useSaveProfile";
import { SupplierProfileQuery } from "./suppliers.graphql";
import { VENDORS, vendorType } from "./vendors";

/** The profile, the password, and which features of the launch are open (S113). */
export function SettingsPage() {
  const [{ data }, , reading] = useLiveQuery(SupplierProfileQuery, {});
  const viewer = data?.viewer;
  return (
    <Page title="Settings" size="sm">
      <Gate flag="mvp_supplier_settings">
        <Section title="Your business" reading={reading}>
          {viewer?.supplier && <ProfileForm supplier={viewer.supplier} />}
        </Section>
      </Gate>
      {viewer?.supplier && <Reminders onboarding={viewer.supplier.onboarding} />}
      <NotificationSettings />
      <FeatureList />
      <AccountSections />
    </Page>
  );
}

type Supplier = NonNullable<NonNullable<Data["viewer"]>["supplier"]>;

function ProfileForm({ supplier }: { supplier: Supplier }) {
  const form = useForm({
    initialValues: {
      businessName: supplier.businessName ?? "",
      vendorType: supplier.vendorType?.toLowerCase() ?? "",
      email: supplier.email,
      phone: supplier.phone ?? "",
    },
  });
  const draft = useFormDraft("profile", form);
  const { saving, problem, save } = useSaveProfile(form);
  return (
    <Form
      draft={draft}
      onSubmit={form.onSubmit(
        ({ businessName, email, phone, vendorType: offer }) =>
          void save({ businessName, email, phone: orNull(phone), vendorType: vendorType(offer) }),
      )}
    >
      <Stack>
        <TextInput label="Name of your business" required maxLength={200} {...form.getInputProps("businessName")} />
        <NativeSelect
          label="What you offer"
          required
          data={[{ value: "", label: "Choose one", disabled: true }, ...VENDORS]}
          {...form.getInputProps("vendorType")}
        />
        <TextInput
          label="E-mail for couples"
          description="You log in with the e-mail below"
          type="email"
          required
          {...form.getInputProps("email")}
        />
        <TextInput
          label="Telephone"
          description="Couples who are connected with you see it"
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
