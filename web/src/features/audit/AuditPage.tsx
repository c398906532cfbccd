import { Group, SegmentedControl, Select, Stack } from "@mantine/core";
import { useEffect, useMemo, useState } from "react";

import { LoadMore } from "../../components/LoadMore";
import { PageHead } from "../../components/PageHead";
import { Section } from "../../components/Section";
import type { ChangeSubject } from "../../gql/graphql";
import { serverNow } from "../../lib/clock";
import { usePages } from "../../lib/pagedQuery";
import { useNewestEvent } from "../events/useNewestEvent";
import { mayOperate } from "../session/roles";
import { useViewer } from "../session/session";
import { ChangesQuery } from "./audit.graphql";
import { ChangeRow } from "./ChangeRow";

const SUBJECTS: { value: ChangeSubject | "ALL"; label: string }[] = [
  { value: "ALL", label: "All" },
  { value: "FLAG", label: "Flags" },
  { value: "PHASE", label: "Phases" },
  { value: "TOKEN", label: "Tokens" },
];
const SPANS = [
  { value: "0", label: "All times" },
  { value: "1", label: "Last hour" },
  { value: "24", label: "Last 24 hours" },
  { value: "168", label: "Last 7 days" },
];

/** All changes of the launch with who, why and the way back (A4). */
export function AuditPage() {
  const may = mayOperate(useViewer().role);
  const [subject, setSubject] = useState<ChangeSubject | "ALL">("ALL");
  const [hours, setHours] = useState("0");
  const since = useMemo(
    () => (hours === "0" ? null : new Date(serverNow() - Number(hours) * 3_600_000).toISOString()),
    [hours],
  );
  const wanted = { subject: subject === "ALL" ? null : [subject], since };
  const pages = usePages(ChangesQuery, wanted, (data) => data.changes);
  const { refetch } = pages;
  const newest = useNewestEvent();
  useEffect(() => {
    if (newest !== undefined) refetch();
  }, [newest, refetch]);
  return (
    <>
      <PageHead
        title="Audit"
        text="Every change with author, before and after, and reason. Entries are never edited or deleted."
      />
      <Section
        title="Changes"
        reading={pages}
        aside={
          <Group gap="xs">
            <SegmentedControl
              size="xs"
              aria-label="What was changed"
              value={subject}
              data={SUBJECTS}
              onChange={(value) => setSubject(value)}
            />
            <Select
              size="xs"
              aria-label="When"
              w={140}
              data={SPANS}
              value={hours}
              allowDeselect={false}
              onChange={(value) => setHours(value ?? "0")}
            />
          </Group>
        }
      >
        <Stack gap={0}>
          {pages.nodes.map((change) => (
            <ChangeRow key={change.id} change={change} mayOperate={may} onReverted={refetch} />
          ))}
        </Stack>
        <LoadMore pages={pages} none="No change matches." />
      </Section>
    </>
  );
}
