import { Stack, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";

import { LoadMore } from "../../components/LoadMore";
import { Section } from "../../components/Section";
import { FlagRow } from "./FlagRow";
import { useFlags } from "./useFlags";

interface Props {
  mayOperate: boolean;
  enabled?: boolean | null;
  /** Stands beside the search. */
  filter?: ReactNode;
}

export function FlagList({ mayOperate, enabled = null, filter }: Props) {
  const [search, setSearch] = useState("");
  const [wanted] = useDebouncedValue(search, 200);
  const pages = useFlags(wanted, enabled);
  const shown = [...pages.nodes].sort((a, b) => a.name.localeCompare(b.name));
  return (
    <Section
      title="Feature Flags"
      reading={pages}
      aside={
        <>
          {filter}
          <TextInput
            size="xs"
            placeholder="Search"
            aria-label="Search flags"
            value={search}
            leftSection={<IconSearch size={14} />}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
        </>
      }
    >
      <Stack gap={0}>
        {shown.map((flag) => (
          <FlagRow key={flag.id} flag={flag} mayOperate={mayOperate} onChanged={pages.patch} />
        ))}
      </Stack>
      <LoadMore pages={pages} none={wanted || enabled !== null ? "No flag matches." : "No flag yet."} />
    </Section>
  );
}
