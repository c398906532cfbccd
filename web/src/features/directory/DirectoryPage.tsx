import { Tabs, Text } from "@mantine/core";
import type { ComponentType } from "react";
import { useSearchParams } from "react-router";

import { PageHead } from "../../components/PageHead";
import { Section } from "../../components/Section";
import { Outbox } from "../mail/Outbox";
import { MessageReports } from "../moderation/MessageReports";
import { useViewer } from "../session/session";
import { Staff } from "../staff/Staff";
import { Activity } from "./Activity";
import { Couples } from "./Couples";
import { Invitations } from "./Invitations";
import { Stalled } from "./Stalled";
import { Suppliers } from "./Suppliers";

interface TabEntry {
  value: string;
  label: string;
  Panel: ComponentType;
  adminOnly?: boolean;
}

const SUPPLIERS: TabEntry = { value: "suppliers", label: "Suppliers", Panel: Suppliers };
const TABS: readonly TabEntry[] = [
  SUPPLIERS,
  { value: "couples", label: "Couples", Panel: Couples },
  { value: "invitations", label: "Invitations", Panel: Invitations },
  { value: "activity", label: "Activity", Panel: Activity },
  { value: "stalled", label: "Stalled", Panel: Stalled },
  { value: "reports", label: "Reported messages", Panel: MessageReports, adminOnly: true },
  { value: "outbox", label: "Outbox", Panel: Outbox, adminOnly: true },
  { value: "team", label: "Launch team", Panel: Staff, adminOnly: true },
];

/** Suppliers and couples, invitations, and users who need help (S113 to S115). */
export function DirectoryPage() {
  const [search, setSearch] = useSearchParams();
  const admin = useViewer().role === "ADMIN";
  const { value: shown, label, Panel, adminOnly } = TABS.find(({ value }) => value === search.get("tab")) ?? SUPPLIERS;
  const isAllowed = admin || !adminOnly;
  const tabs = TABS.filter((tab) => admin || !tab.adminOnly || tab.value === shown);
  return (
    <>
      <PageHead title="Directory" />
      <Tabs
        value={shown}
        onChange={(value) => value && setSearch({ tab: value }, { replace: true })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {tabs.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={shown}>{isAllowed ? <Panel /> : <Forbidden title={label} />}</Tabs.Panel>
      </Tabs>
    </>
  );
}

/** Tells a viewer who followed a link here why the page is empty. */
function Forbidden({ title }: { title: string }) {
  return (
    <Section title={title}>
      <Text size="sm" role="alert">
        Only admins have access to this part.
      </Text>
    </Section>
  );
}
