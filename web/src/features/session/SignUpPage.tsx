import { Anchor, PasswordInput, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { AuthCard } from "../../components/AuthCard";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import { placed } from "../../lib/forms";
import { useFormDraft } from "../../lib/useDraft";
import { find, useGuarded } from "../access/availability";
import { Closed } from "../access/Closed";
import { Consent, useConsent } from "../legal/Consent";
import { useSession } from "./session";
import { SignUpMutation } from "./session.graphql";

type Side = "SUPPLIER" | "COUPLE";

/** Creates an account; suppliers continue with onboarding. */
export function SignUpPage() {
  const { renew } = useSession();
  const [search] = useSearchParams();
  const [state, signUp] = useMutation(SignUpMutation);
  const consent = useConsent();
  const [problem, setProblem] = useState<string>();
  const [side, setSide] = useState<Side>("SUPPLIER");
  const form = useForm({ initialValues: { email: "", password: "" } });
  const door = find(useGuarded(side), "MUTATION", "signUp");
  const isOpen = door === undefined || door.availability === "OPEN";
  const draft = useFormDraft("sign-up", form, { secrets: ["password"], guards: false });

  async function submit(values: typeof form.values) {
    if (state.fetching) return;
    const { data, error } = await signUp({ input: { userType: side, ...values, acceptedDocuments: consent ?? null } });
    setProblem(placed(form, error, data?.signUp.errors));
    if (!data?.signUp.session) return;
    draft.done();
    await renew();
  }

  return (
    <AuthCard
      brand={side === "SUPPLIER" ? "WedSync" : "WedMe"}
      title="Sign up"
      footer={
        <Anchor component={Link} to={`/login?${search}`} size="sm">
          Already have an account? Log in
        </Anchor>
      }
    >
      <Form draft={draft} onSubmit={form.onSubmit((values) => void submit(values))}>
        <Stack>
          <SegmentedControl
            fullWidth
            aria-label="Who you are"
            value={side}
            onChange={(value) => setSide(value)}
            data={[
              { value: "SUPPLIER", label: "I am a supplier" },
              { value: "COUPLE", label: "We are getting married" },
            ]}
          />
          {!isOpen && <Closed name={door.title} availability={door.availability} testId={`closed-sign-up-${side}`} />}
          {side === "COUPLE" && (
            <Text size="sm" c="dimmed">
              Invited by a supplier? Open the link of the invitation instead.
            </Text>
          )}
          {isOpen && (
            <>
              <TextInput
                label="E-mail"
                type="email"
                name="email"
                autoComplete="username"
                required
                {...form.getInputProps("email")}
              />
              <PasswordInput
                label="Password"
                description="At least 10 characters"
                name="password"
                required
                autoComplete="new-password"
                minLength={10}
                {...form.getInputProps("password")}
              />
              <Consent action="Create account" />
              <FormProblem>{problem}</FormProblem>
              <Button type="submit" loading={state.fetching} data-testid="sign-up-btn">
                Create account
              </Button>
            </>
          )}
        </Stack>
      </Form>
    </AuthCard>
  );
}
