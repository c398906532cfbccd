import { Stack, Text } from "@mantine/core";
import { useState } from "react";

import { LoadMore } from "../../components/LoadMore";
import { BreakableText } from "../../components/BreakableText";
import { Row } from "../../components/Row";
import { Section } from "../../components/Section";
import { plainDate } from "../../lib/dates";
import { usePages } from "../../lib/pagedQuery";
import { Ago } from "../../lib/time";
import { CouplesQuery } from "./directory.graphql";
import { Followed } from "./Followed";
import { OnboardingState, SeesLink } from "./OnboardingState";
import { SearchInput } from "./SearchInput";

export function Couples() {
  const [search, setSearch] = useState<string | null>(null);
  const pages = usePages(CouplesQuery, { search }, (data) => data.couples);
  return (
    <Section title="Couples" reading={pages} aside={<SearchInput label="Search couples" onSearch={setSearch} />}>
      <Followed pages={pages} />
      <Stack gap={0}>
        {pages.nodes.map((couple) => (
          <Row key={couple.id} aside={<SeesLink user={couple.onboarding.user} />}>
            <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
              {[couple.partner1Name, couple.partner2Name].filter(Boolean).join(" and ") || "Without names yet"}
            </Text>
            <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              <BreakableText text={couple.onboarding.user?.email ?? ""} />
              {couple.weddingDate && ` · wedding on ${plainDate(couple.weddingDate)}`}
              {couple.firstConnectionAt && (
                <>
                  {" "}
                  · connected <Ago at={couple.firstConnectionAt} />
                </>
              )}
            </Text>
            <OnboardingState onboarding={couple.onboarding} />
          </Row>
        ))}
      </Stack>
      <LoadMore pages={pages} none={search ? "No couple matches." : "No couple has signed up yet."} />
    </Section>
  );
}
