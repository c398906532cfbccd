import { Anchor, Text } from "@mantine/core";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useMutation } from "urql";

import { Button, LinkButton } from "../../components/Button";
import { AuthCard } from "../../components/AuthCard";
import { FormProblem } from "../../components/FormProblem";
import { wholeFormProblem } from "../../lib/forms";
import { ConfirmEmailMutation } from "./account.graphql";
import { useSession } from "./session";

/** The target of the link in the e-mail. It works once, so a person has to click: mail scanners only fetch it. */
export function ConfirmEmailPage() {
  const { viewer, renew } = useSession();
  const [search] = useSearchParams();
  const [state, confirm] = useMutation(ConfirmEmailMutation);
  const [confirmed, setConfirmed] = useState<string>();
  const problem = wholeFormProblem(state.error, state.data?.confirmEmail.errors);

  async function submit() {
    if (state.fetching) return;
    const { data } = await confirm({ token: search.get("token") ?? "" });
    if (!data?.confirmEmail.email || data.confirmEmail.errors.length > 0) return;
    setConfirmed(data.confirmEmail.email);
    await renew();
  }

  if (confirmed !== undefined) {
    return (
      <AuthCard brand="WedSync" title="Confirmed">
        <Text role="status" data-testid="email-confirmed">
          <b>{confirmed}</b> is confirmed. Thank you.
        </Text>
        <LinkButton to="/">{viewer ? "Go to my start page" : "Log in"}</LinkButton>
      </AuthCard>
    );
  }
  return (
    <AuthCard
      brand="WedSync"
      title="Confirm your e-mail"
      text="Click to confirm that this mailbox is yours."
      footer={
        <Anchor component={Link} to="/" size="sm">
          {viewer ? "Go to my start page" : "Go to log-in"}
        </Anchor>
      }
    >
      <FormProblem>{problem}</FormProblem>
      <Button loading={state.fetching} onClick={() => void submit()} data-testid="confirm-email-btn">
        Confirm
      </Button>
    </AuthCard>
  );
}
