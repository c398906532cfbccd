import { Anchor, Text } from "@mantine/core";
import { Link } from "react-router";

import { AuthCard } from "../../components/AuthCard";

/** Does not reveal whether an account exists: only the owner of the mailbox learns that. */
export function CheckYourMail({ email }: { email: string }) {
  return (
    <AuthCard
      brand="WedSync"
      title="Check your inbox"
      footer={
        <Anchor component={Link} to="/login" size="sm">
          Go to log-in
        </Anchor>
      }
    >
      <Text>
        We sent an e-mail to <b>{email}</b>. Follow the link in it to continue.
      </Text>
      <Text size="sm" c="dimmed">
        No e-mail after a few minutes? Check your spam folder.
      </Text>
    </AuthCard>
  );
}
