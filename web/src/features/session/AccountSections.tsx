import { Accordion, Stack, Text } from "@mantine/core";

import { BreakableText } from "../../components/BreakableText";
import { Section } from "../../components/Section";
import { BlockedPartners } from "./BlockedPartners";
import { DeleteAccount } from "./DeleteAccount";
import { Devices } from "./Devices";
import { EmailForm } from "./EmailForm";
import { PasswordForm } from "./PasswordForm";
import { useViewer } from "./session";

/** Sections of the account page that suppliers, couples and the staff share. */
export function AccountSections() {
  const viewer = useViewer();
  const { role } = viewer;
  const email = viewer.email ?? "";
  const leaves = role === "SUPPLIER" || role === "COUPLE";
  return (
    <Stack>
      <Section title="Log-in">
        <Text size="sm">
          You log in with{" "}
          <b>
            <BreakableText text={email} />
          </b>
          .
        </Text>
        <Accordion variant="contained">
          <Accordion.Item value="password">
            <Accordion.Control>Password</Accordion.Control>
            <Accordion.Panel>
              <PasswordForm email={email} />
            </Accordion.Panel>
          </Accordion.Item>
          <Accordion.Item value="email">
            <Accordion.Control>E-mail</Accordion.Control>
            <Accordion.Panel>
              <EmailForm />
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
        {leaves && <DeleteAccount />}
      </Section>
      {leaves && <BlockedPartners />}
      <Devices />
    </Stack>
  );
}
