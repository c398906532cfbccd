import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { FormProblem } from "../../components/FormProblem";
import { wholeFormProblem } from "../../lib/forms";
import { RequestLogInLinkMutation } from "./session.graphql";

interface Props {
  /** The recipient; if empty, the form asks for it. */
  email: string;
  /** The code of an invitation that the link leads back to. */
  invitation?: string | undefined;
  onMailed: () => void;
}

/** Sends an e-mail with a link that logs in without a password (M3). */
export function LogInLinkButton({ email, invitation, onMailed }: Props) {
  const [state, request] = useMutation(RequestLogInLinkMutation);
  const [problem, setProblem] = useState<string>();

  async function send() {
    if (state.fetching) return;
    if (email.trim() === "") {
      setProblem("Enter your e-mail first.");
      return;
    }
    const { data, error } = await request({ email: email.trim(), invitation: invitation ?? null });
    setProblem(wholeFormProblem(error, []));
    if (data?.requestLogInLink) onMailed();
  }

  return (
    <>
      <FormProblem>{problem}</FormProblem>
      <Button variant="default" loading={state.fetching} onClick={() => void send()} data-testid="log-in-link-btn">
        E-mail me a log-in link
      </Button>
    </>
  );
}
