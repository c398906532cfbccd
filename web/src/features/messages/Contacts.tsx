import { Anchor, Group } from "@mantine/core";
import { IconMail, IconPhone } from "@tabler/icons-react";

import { BreakableText } from "../../components/BreakableText";
import type { Conversation } from "./useThread";

type Contact = NonNullable<Conversation["partnership"]>["contacts"][number];

/** How the other side can be reached beside messages, while both are connected. */
export function Contacts({ contacts }: { contacts: readonly Contact[] }) {
  return contacts.map(({ email, phone }) => (
    <Group key={email} gap="xs" data-testid="contact">
      <Anchor href={`mailto:${email}`} size="sm" style={{ overflowWrap: "anywhere" }}>
        <IconMail size={14} aria-hidden /> <BreakableText text={email} />
      </Anchor>
      {phone && (
        <Anchor href={`tel:${phone.replaceAll(/[^+\d]/g, "")}`} size="sm">
          <IconPhone size={14} aria-hidden /> {phone}
        </Anchor>
      )}
    </Group>
  ));
}
