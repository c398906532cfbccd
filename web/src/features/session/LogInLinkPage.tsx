import { Anchor } from "@mantine/core";
import { Link, Navigate, useSearchParams } from "react-router";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { AuthCard } from "../../components/AuthCard";
import { FormProblem } from "../../components/FormProblem";
import { wholeFormProblem } from "../../lib/forms";
import { homeOf } from "./roles";
import { useSession } from "./session";
import { LogInByLinkMutation } from "./session.graphql";

const CODE = /^[\w-]{43,64}$/;

/** The target of the link in the e-mail. It works once, so a person has to click: mail scanners only fetch it. */
export function LogInLinkPage() {
  const { viewer, renew } = useSession();
  const [search] = useSearchParams();
  const [state, logIn] = useMutation(LogInByLinkMutation);
  const problem = wholeFormProblem(state.error, state.data?.logInByLink.errors);

  async function submit() {
    if (state.fetching) return;
    const { data } = await logIn({ token: search.get("token") ?? "" });
    if (data?.logInByLink.session) await renew();
  }

  if (viewer && state.data?.logInByLink.session) {
    const code = search.get("invitation") ?? "";
    return <Navigate to={CODE.test(code) ? `/accept/${code}` : homeOf(viewer.role)} replace />;
  }
  return (
    <AuthCard
      brand="WedSync"
      title="Log in"
      text="One click, and you are logged in on this device."
      footer={
        <Anchor component={Link} to="/login" size="sm">
          {problem ? "Ask for another link" : "To the log-in"}
        </Anchor>
      }
    >
      <FormProblem>{problem}</FormProblem>
      <Button loading={state.fetching} onClick={() => void submit()} data-testid="log-in-by-link-btn">
        Log in
      </Button>
    </AuthCard>
  );
}
