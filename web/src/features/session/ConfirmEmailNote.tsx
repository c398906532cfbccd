import { Alert, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconMailCheck } from "@tabler/icons-react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { notifyFailure } from "../../lib/notifyFailure";
import { RequestEmailConfirmationMutation } from "./account.graphql";
import { useViewer } from "./session";

/** Reminds users to confirm their e-mail address; some e-mails are sent only after that. */
export function ConfirmEmailNote() {
  const { email, emailVerifiedAt } = useViewer();
  const [state, request] = useMutation(RequestEmailConfirmationMutation);
  if (emailVerifiedAt) return null;

  async function again() {
    const { data, error } = await request({});
    if (notifyFailure("Not sent", error, data?.requestEmailConfirmation.errors)) return;
    notifications.show({ color: "teal", message: `A new link is on its way to ${email}.` });
  }

  return (
    <Alert color="blue" icon={<IconMailCheck />} data-testid="confirm-email-note">
      <Group justify="space-between" gap="xs">
        <Text size="sm" flex="1 1 14rem" miw={0} style={{ overflowWrap: "anywhere" }}>
          Please confirm your e-mail: open the link that we sent to <b>{email}</b>.
        </Text>
        <Button sends size="xs" variant="default" loading={state.fetching} onClick={() => void again()}>
          Send it again
        </Button>
      </Group>
    </Alert>
  );
}
