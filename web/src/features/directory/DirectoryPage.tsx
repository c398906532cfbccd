import { Tabs } from "@mantine/core";
import { useSearchParams } from "react-router";

import { PageHead } from "../../components/PageHead";
import { Couples } from "./Couples";
import { Invitations } from "./Invitations";
import { Stalled } from "./Stalled";
import { Suppliers } from "./Suppliers";

const TABS = [
  { value: "suppliers", label: "Suppliers", Panel: Suppliers },
  { value: "couples", label: "Couples", Panel: Couples },
  { value: "invitations", label: "Invitations", Panel: Invitations },
  { value: "stalled", label: "Stalled", Panel: Stalled },
] as const;

/** Who is there, who is invited, and who needs help (SPEC S113 to S115). */
export function DirectoryPage() {
  const [search, setSearch] = useSearchParams();
  const tab = TABS.find(({ value }) => value === search.get("tab")) ?? TABS[0];
  return (
    <>
      <PageHead title="Directory" />
      <Tabs value={tab.value} onChange={(value) => value && setSearch({ tab: value }, { replace: true })} keepMounted={false}>
        <Tabs.List mb="md">
          {TABS.map(({ value, label }) => <Tabs.Tab key={value} value={value}>{label}</Tabs.Tab>)}
        </Tabs.List>
        <Tabs.Panel value={tab.value}><tab.Panel /></Tabs.Panel>
      </Tabs>
    </>
  );
}
