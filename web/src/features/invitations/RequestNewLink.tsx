import { Text } from "@mantine/core";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { notifyFailure } from "../../lib/notifyFailure";
import { RequestNewLinkMutation } from "./invitations.graphql";

/** An expired invitation is sent again on request; the answer is the same whether or not it can be (M6). */
export function RequestNewLink({ code, supplier }: { code: string; supplier: string }) {
  const [state, request] = useMutation(RequestNewLinkMutation);
  const [received, setReceived] = useState(false);

  async function ask() {
    const { data, error } = await request({ code });
    if (!notifyFailure("Not sent", error, data?.requestNewLink.errors)) setReceived(true);
  }

  if (received) {
    return (
      <Text role="status" data-testid="new-link-requested">
        We have told {supplier}. If you were invited by e-mail, look for a new link in that mailbox in a few minutes.
      </Text>
    );
  }
  return (
    <Button loading={state.fetching} onClick={() => void ask()} data-testid="request-new-link">
      Send me a new link
    </Button>
  );
}
