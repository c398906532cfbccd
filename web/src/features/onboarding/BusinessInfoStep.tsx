import { NativeSelect, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import { placed } from "../../lib/forms";
import { useFormDraft } from "../../lib/useDraft";
import { UpdateProfileMutation } from "../session/profile.graphql";
import { VENDORS, vendorType } from "../suppliers/vendors";
import type { Setup } from "./setup";

/** Saving the profile completes the step: the server checks it off (S34). */
export function BusinessInfoStep({ supplier, onDone }: { supplier: Setup; onDone: () => void }) {
  const [state, update] = useMutation(UpdateProfileMutation);
  const [problem, setProblem] = useState<string>();
  const form = useForm({
    initialValues: {
      businessName: supplier.businessName ?? "",
      vendorType: supplier.vendorType?.toLowerCase() ?? "",
    },
    validate: {
      businessName: (value) => (value.trim() ? null : "Enter the name of your business."),
      vendorType: (value) => (value ? null : "Choose what you offer."),
    },
  });
  const draft = useFormDraft("business-info", form);

  async function submit({ businessName, vendorType: offer }: typeof form.values) {
    if (state.fetching) return;
    const { data, error } = await update({ input: { businessName, vendorType: vendorType(offer) } });
    const left = placed(form, error, data?.updateProfile.errors);
    setProblem(left);
    if (data?.updateProfile.errors.length !== 0) return;
    draft.done();
    onDone();
  }

  return (
    <Form draft={draft} noValidate onSubmit={form.onSubmit((values) => void submit(values))}>
      <Stack>
        <TextInput
          label="Name of your business"
          required
          maxLength={200}
          autoComplete="organization"
          data-testid="business-name"
          {...form.getInputProps("businessName")}
        />
        <NativeSelect
          label="What you offer"
          required
          data-testid="vendor-type"
          data={[{ value: "", label: "Choose one", disabled: true }, ...VENDORS]}
          {...form.getInputProps("vendorType")}
        />
        <FormProblem>{problem}</FormProblem>
        <Button type="submit" loading={state.fetching} data-testid="continue-btn">
          Continue
        </Button>
      </Stack>
    </Form>
  );
}
