import { Anchor, Text } from "@mantine/core";
import { Link } from "react-router";

import { Entrance } from "../../components/Entrance";

/** Says no word about whether there is an account: only the owner of the mailbox learns that. */
export function CheckYourMail({ email }: { email: string }) {
  return (
    <Entrance
      brand="WedSync" title="Check your mail"
      footer={<Anchor component={Link} to="/login" size="sm">To the log-in</Anchor>}
    >
      <Text>We have written to <b>{email}</b>. The letter says how to go on.</Text>
      <Text size="sm" c="dimmed">Nothing there after some minutes? Look into your spam folder.</Text>
    </Entrance>
  );
}
