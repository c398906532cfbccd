import { Anchor, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import { useQuery } from "urql";

import { Failed } from "../../components/Failed";
import { LoadingSkeleton } from "../../components/LoadingSkeleton";
import { useQueryStatus } from "../../lib/queryStatus";
import { counted } from "../../lib/format";
import { SuspectsQuery } from "./incidents.graphql";
import { SuspectRow } from "./SuspectRow";

interface Props {
  incidentId: string;
  mayOperate: boolean;
  /** Where the rest can be read: then only the first stands here, and it is not said that there is none. */
  rest?: string;
}

/** What changed just before, and the button that undoes it (X8); what is suspected most comes first. */
export function Suspects({ incidentId, mayOperate, rest }: Props) {
  const response = useQuery({
    query: SuspectsQuery,
    variables: { id: incidentId },
    requestPolicy: "cache-and-network",
  });
  const [{ data, fetching }, again] = response;
  const reading = useQueryStatus(response);
  const suspects = data?.node && "suspects" in data.node ? data.node.suspects : [];
  if (reading.error && !data) return <Failed what="What changed before" reading={reading} />;
  if (suspects.length === 0) {
    if (fetching)
      return rest === undefined ? <LoadingSkeleton what="What changed before" height={72} /> : <div data-waits />;
    if (rest !== undefined) return null;
    return (
      <Text c="dimmed" size="sm">
        No likely cause among the changes in the 15 minutes before it started.
      </Text>
    );
  }
  const shown = rest === undefined ? suspects : suspects.slice(0, 1);
  const more = suspects.length - shown.length;
  return (
    <Stack gap={0}>
      {rest !== undefined && (
        <Text size="xs" fw={600}>
          Suspected change
        </Text>
      )}
      {shown.map((suspect, index) => (
        <SuspectRow
          key={suspect.change.id}
          suspect={suspect}
          mayOperate={mayOperate}
          standsOut={index === 0}
          onReverted={() => again({ requestPolicy: "network-only" })}
        />
      ))}
      {rest !== undefined && more > 0 && (
        <Anchor component={Link} to={rest} size="xs">
          {counted(more, "other suspect")}
        </Anchor>
      )}
    </Stack>
  );
}
