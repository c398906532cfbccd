import { Anchor, Badge, Box, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { BreakableText } from "../../components/BreakableText";
import type { PartnershipFieldsFragment } from "../../gql/graphql";
import { Ago } from "../../lib/time";
import { ToMessages } from "../messages/ToMessages";
import { vendorName } from "../suppliers/vendors";

interface Props {
  partnership: PartnershipFieldsFragment;
  isBlocked?: boolean;
  /** What can be done about it. */
  children?: ReactNode;
}

/** A supplier of a couple: whether it is connected, and how to reach it (S114). */
export function PartnershipRow({ partnership, isBlocked = false, children }: Props) {
  const { supplier, isActive, connectedAt, conversation, contacts } = partnership;
  const phone = contacts.find(({ side }) => side === "SUPPLIER")?.phone;
  return (
    <Group
      className="row"
      justify="space-between"
      wrap="nowrap"
      gap="sm"
      data-testid="partnership"
      data-active={isActive}
    >
      <Box miw={0} flex={1}>
        <Text fw={500} style={{ overflowWrap: "anywhere" }}>
          {nameOf(partnership)}
        </Text>
        <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {vendorName(supplier.vendorType)} ·{" "}
          <Anchor href={`mailto:${supplier.email}`} size="sm">
            <BreakableText text={supplier.email} />
          </Anchor>
          {phone && (
            <>
              {" "}
              ·{" "}
              <Anchor href={`tel:${phone.replaceAll(/[^+\d]/g, "")}`} size="sm">
                {phone}
              </Anchor>
            </>
          )}
        </Text>
        <Group gap={6} mt={4}>
          <Badge variant="light" color={isActive ? "teal" : "gray"}>
            {isActive ? "Connected" : isBlocked ? "Blocked" : "Ended"}
          </Badge>
          <Text size="xs" c="dimmed">
            <Ago at={connectedAt} />
          </Text>
          {conversation && (
            <Text size="xs" c="dimmed">
              Last activity <Ago at={conversation.lastActivityAt} />
            </Text>
          )}
        </Group>
        {conversation?.lastMessage && !conversation.lastMessage.isHidden && (
          <Text size="sm" mt={4} lineClamp={2} data-testid="last-message" style={{ overflowWrap: "anywhere" }}>
            {conversation.lastMessage.isMine && "You: "}
            {conversation.lastMessage.text}
          </Text>
        )}
        {conversation && <ToMessages conversation={conversation} path="/conversations" />}
      </Box>
      {children}
    </Group>
  );
}

export function nameOf({ supplier }: PartnershipFieldsFragment): string {
  return supplier.businessName ?? vendorName(supplier.vendorType);
}
