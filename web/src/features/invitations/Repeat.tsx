import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { AuthCard } from "../../components/AuthCard";
import { FormProblem } from "../../components/FormProblem";
import { wholeFormProblem } from "../../lib/forms";
import { repeatKeys } from "../../lib/repeatKeys";
import { useSession } from "../session/session";
import type { Connection } from "./Connected";
import { AcceptInvitationMutation } from "./invitations.graphql";
import { acceptance } from "./preview";

interface Props {
  code: string;
  supplier: string;
  onConnected: (connection: Connection) => void;
}

/** This tab has accepted, and the answer got lost with the page: the same request lets it in. */
export function Repeat({ code, supplier, onConnected }: Props) {
  const { renew } = useSession();
  const [state, accept] = useMutation(AcceptInvitationMutation);
  const [problem, setProblem] = useState<string>();

  async function submit() {
    if (state.fetching) return;
    const { data, error } = await accept({ input: { code, idempotencyKey: repeatKeys.of(acceptance(code)) } });
    const payload = data?.acceptInvitation;
    setProblem(wholeFormProblem(error, payload?.errors));
    if (!payload?.partnership) return;
    repeatKeys.drop(acceptance(code));
    onConnected({
      supplier,
      email: payload.session?.user.email ?? undefined,
      hasPassword: false,
      warnings: payload.warnings,
    });
    await renew();
  }

  return (
    <AuthCard brand="WedMe" title="You have accepted" text={`You are connected with ${supplier}.`}>
      <FormProblem>{problem}</FormProblem>
      <Button loading={state.fetching} onClick={() => void submit()} data-testid="accept-repeat-btn">
        Continue
      </Button>
    </AuthCard>
  );
}
