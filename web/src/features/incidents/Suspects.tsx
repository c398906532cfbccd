import { Badge, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "urql";

import { Failed } from "../../components/Failed";
import { Waits } from "../../components/Waits";
import type { SuspectsQuery as Data } from "../../gql/graphql";
import { useReading } from "../../lib/reading";
import { ChangeRow } from "../audit/ChangeRow";
import { SuspectsQuery } from "./incidents.graphql";

type Suspect = Extract<NonNullable<Data["node"]>, { suspects: unknown }>["suspects"][number];

interface Props {
  incidentId: string;
  mayOperate: boolean;
  /** Where a heading stands already; then it is also said that there is none. */
  headless?: boolean;
}

/** What changed just before, and the button that undoes it (SPEC X8). */
export function Suspects({ incidentId, mayOperate, headless = false }: Props) {
  const response = useQuery({
    query: SuspectsQuery, variables: { id: incidentId }, requestPolicy: "cache-and-network",
  });
  const [{ data, fetching }, again] = response;
  const reading = useReading(response);
  const suspects = data?.node && "suspects" in data.node ? data.node.suspects : [];
  if (reading.error && !data) return <Failed what="What changed before" reading={reading} />;
  if (suspects.length === 0) {
    if (fetching) return headless ? <Waits what="What changed before" height={72} /> : <div data-waits />;
    if (!headless) return null;
    return <Text c="dimmed" size="sm">Nothing changed in the 15 minutes before it began.</Text>;
  }
  const shown = headless ? suspects : suspects.slice(0, 3);
  return (
    <Stack gap={0}>
      {!headless && <Text size="xs" fw={600}>Changed just before</Text>}
      {shown.map((suspect) => (
        <div key={suspect.change.id} className="row">
          <ChangeRow change={suspect.change} mayOperate={mayOperate}
            onReverted={() => again({ requestPolicy: "network-only" })} />
          <Why suspect={suspect} />
        </div>
      ))}
    </Stack>
  );
}

function Why({ suspect }: { suspect: Suspect }) {
  return (
    <Group gap={6}>
      {suspect.confirmedCause && <Badge color="red" size="sm" variant="light">Confirmed cause</Badge>}
      <Text size="xs" c="dimmed">Suspected because: {suspect.why.join(", ")}</Text>
    </Group>
  );
}
