import { Badge, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "urql";

import type { SuspectsQuery as Data } from "../../gql/graphql";
import { sentence } from "../../lib/outcome";
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
  const [{ data, error, fetching }, again] = useQuery({
    query: SuspectsQuery, variables: { id: incidentId }, requestPolicy: "cache-and-network",
  });
  const suspects = data?.node && "suspects" in data.node ? data.node.suspects : [];
  if (error && !data) return <Text c="var(--bad)" size="sm">What changed before is not known: {sentence(error)}</Text>;
  if (suspects.length === 0) {
    if (fetching) return <div data-waits />;
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
