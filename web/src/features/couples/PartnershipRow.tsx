import { Anchor, Badge, Box, Group, Text } from "@mantine/core";

import { Long } from "../../components/Long";
import type { PartnershipFieldsFragment } from "../../gql/graphql";
import { Ago } from "../../lib/time";
import { vendorName } from "../suppliers/vendors";

/** A supplier of a couple: whether it is connected, and how to reach it (S114). */
export function PartnershipRow({ partnership }: { partnership: PartnershipFieldsFragment }) {
  const { supplier, isActive, connectedAt } = partnership;
  return (
    <Group className="row" justify="space-between" wrap="nowrap" gap="sm" data-testid="partnership" data-active={isActive}>
      <Box miw={0} flex={1}>
        <Text fw={500} style={{ overflowWrap: "anywhere" }}>{supplier.businessName ?? vendorName(supplier.vendorType)}</Text>
        <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {vendorName(supplier.vendorType)} · <Anchor href={`mailto:${supplier.email}`} size="sm"><Long text={supplier.email} /></Anchor>
        </Text>
        <Group gap={6} mt={4}>
          <Badge variant="light" color={isActive ? "teal" : "gray"}>{isActive ? "Connected" : "Ended"}</Badge>
          <Text size="xs" c="dimmed"><Ago at={connectedAt} /></Text>
        </Group>
      </Box>
    </Group>
  );
}
