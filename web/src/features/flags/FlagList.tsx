import { Stack, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";

import { Section } from "../../components/Section";
import { useLiveQuery } from "../../lib/live";
import { useStream } from "../../lib/stream";
import { FlagRow } from "./FlagRow";
import { FlagStream, FlagsQuery } from "./flags.graphql";

export function FlagList({ mayOperate }: { mayOperate: boolean }) {
  const [{ data, error, fetching }, again] = useLiveQuery(FlagsQuery, {});
  const [search, setSearch] = useState("");
  const flags = data?.featureFlags.nodes ?? [];
  const known = useRef(new Set<string>());
  useEffect(() => {
    known.current = new Set(flags.map((flag) => flag.id));
  }, [flags]);
  // The cache follows changed flags by itself; a flag that is new has to be asked for.
  useStream(FlagStream, {}, ({ featureFlags: flag }) => {
    if (known.current.size > 0 && !known.current.has(flag.id)) again({ requestPolicy: "network-only" });
  });
  const wanted = search.trim().toLowerCase();
  const shown = flags
    .filter((flag) => `${flag.key} ${flag.name}`.toLowerCase().includes(wanted))
    .sort((a, b) => a.name.localeCompare(b.name));
  return (
    <Section
      title="Feature Flags" error={error} loading={fetching && data === undefined}
      aside={
        <TextInput size="xs" placeholder="Search" aria-label="Search flags" value={search}
          leftSection={<IconSearch size={14} />}
          onChange={(event) => setSearch(event.currentTarget.value)} />
      }
    >
      <Stack gap={0}>
        {shown.map((flag) => <FlagRow key={flag.id} flag={flag} mayOperate={mayOperate} />)}
        {shown.length === 0 && (
          <Text c="dimmed" size="sm">{flags.length === 0 ? "No flag yet." : "No flag matches."}</Text>
        )}
      </Stack>
    </Section>
  );
}
