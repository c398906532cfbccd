import { Group, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { LoadMore } from "../../components/LoadMore";
import { BreakableText } from "../../components/BreakableText";
import { Row } from "../../components/Row";
import { Section } from "../../components/Section";
import type { VendorType } from "../../gql/graphql";
import { usePages } from "../../lib/pagedQuery";
import { Ago } from "../../lib/time";
import { TRADES } from "../suppliers/vendors";
import { SuppliersQuery } from "./directory.graphql";
import { Followed } from "./Followed";
import { OnboardingState, SeesLink } from "./OnboardingState";
import { SearchInput } from "./SearchInput";

export function Suppliers() {
  const [search, setSearch] = useState<string | null>(null);
  const [vendorType, setVendorType] = useState<VendorType | null>(null);
  const pages = usePages(SuppliersQuery, { search, vendorType }, (data) => data.suppliers);
  return (
    <Section
      title="Suppliers"
      reading={pages}
      aside={
        <Group gap="xs">
          <Select
            size="xs"
            w={140}
            aria-label="Trade"
            placeholder="Any trade"
            clearable
            value={vendorType}
            data={TRADES}
            onChange={setVendorType}
          />
          <SearchInput label="Search suppliers" onSearch={setSearch} />
        </Group>
      }
    >
      <Followed pages={pages} />
      <Stack gap={0}>
        {pages.nodes.map((supplier) => (
          <Row key={supplier.id} aside={<SeesLink user={supplier.onboarding.user} />}>
            <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
              {supplier.businessName ?? "Without a name yet"}
            </Text>
            <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              <BreakableText text={supplier.email} />
              {supplier.vendorType && ` · ${supplier.vendorType.toLowerCase()}`}
              {supplier.firstValueAt && (
                <>
                  {" "}
                  · first invitation <Ago at={supplier.firstValueAt} />
                </>
              )}
            </Text>
            <OnboardingState onboarding={supplier.onboarding} />
          </Row>
        ))}
      </Stack>
      <LoadMore pages={pages} none={search || vendorType ? "No supplier matches." : "No supplier has signed up yet."} />
    </Section>
  );
}
