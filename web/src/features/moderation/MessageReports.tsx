import { SegmentedControl, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";

import { LoadMore } from "../../components/LoadMore";
import { NewsLine } from "../../components/NewsLine";
import { Section } from "../../components/Section";
import { usePages } from "../../lib/pagedQuery";
import { pollWhileVisible } from "../../lib/pageVisibility";
import { MessageReportsQuery } from "./moderation.graphql";
import { ReportRow } from "./ReportRow";

const LOOK_MS = 10_000;
const FILTERS = [
  { value: "open", label: "Open" },
  { value: "closed", label: "Decided" },
];

/** Messages that one side of a conversation has reported, and what becomes of them (M7). */
export function MessageReports() {
  const [filter, setFilter] = useState("open");
  const pages = usePages(MessageReportsQuery, { isOpen: filter === "open" }, (data) => data.messageReports);
  const { look } = pages;
  useEffect(() => pollWhileVisible(LOOK_MS, look), [look]);
  return (
    <Section
      title="Reported messages"
      reading={pages}
      aside={
        <SegmentedControl size="xs" aria-label="Which reports" data={FILTERS} value={filter} onChange={setFilter} />
      }
    >
      <Text size="sm" c="dimmed">
        You see the reported messages only, not the conversations around them. Every decision is in the audit with its
        reason.
      </Text>
      <NewsLine pages={pages} />
      <Stack gap={0} data-testid="message-reports">
        {pages.nodes.map((report) => (
          <ReportRow key={report.id} report={report} onDecided={pages.refetch} />
        ))}
      </Stack>
      <LoadMore
        pages={pages}
        none={filter === "open" ? "No message waits for a decision." : "No report has been decided yet."}
      />
    </Section>
  );
}
