import { Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useQuery } from "urql";

import { Button } from "../../components/Button";
import { Failed } from "../../components/Failed";
import { LoadingSkeleton } from "../../components/LoadingSkeleton";
import type { IncidentQuery as Data } from "../../gql/graphql";
import { useQueryStatus } from "../../lib/queryStatus";
import { local, span } from "../../lib/spans";
import { unbroken } from "../../lib/format";
import { EpisodeSuspectsQuery } from "./incidents.graphql";
import { SuspectRow } from "./SuspectRow";

type Episode = Data["incidents"]["nodes"][number]["episodes"][number];

interface Props {
  incident: { number: number };
  episodes: readonly Episode[];
  mayOperate: boolean;
}

/** The times before the current one, the newest first, each with what was suspected then (L5). */
export function Episodes({ incident, episodes, mayOperate }: Props) {
  return (
    <Stack gap={0} data-testid="episodes">
      {episodes.map((episode) => (
        <div key={episode.number} className="row">
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {unbroken(episode.title)}
          </Text>
          {episode.description && (
            <Text size="sm" c="dimmed" style={{ whiteSpace: "pre-line", overflowWrap: "anywhere" }}>
              {unbroken(episode.description)}
            </Text>
          )}
          {episode.explanation && (
            <Text size="sm" c="dimmed">
              Last measured: {unbroken(episode.explanation)}
            </Text>
          )}
          <Text size="xs" c="dimmed">
            Episode {episode.number} · began {local(episode.beganAt)}
            {episode.endedAt && ` · lasted ${span(Date.parse(episode.endedAt) - Date.parse(episode.beganAt))}`}
          </Text>
          <EpisodeSuspects incident={incident} episode={episode} mayOperate={mayOperate} />
        </div>
      ))}
    </Stack>
  );
}

function EpisodeSuspects({
  incident,
  episode,
  mayOperate,
}: Pick<Props, "incident" | "mayOperate"> & { episode: Episode }) {
  const [open, setOpen] = useState(false);
  const response = useQuery({ query: EpisodeSuspectsQuery, variables: { number: incident.number }, pause: !open });
  const [{ data }, again] = response;
  const reading = useQueryStatus(response);
  if (!open) {
    return (
      <Button
        size="compact-xs"
        variant="default"
        mt={4}
        onClick={() => setOpen(true)}
        aria-label={`Suspected changes of episode ${episode.number}`}
      >
        Suspected changes
      </Button>
    );
  }
  const found = data?.incidents.nodes[0]?.episodes.find(({ number }) => number === episode.number)?.suspects;
  if (!found)
    return reading.error ? (
      <Failed what="Suspected changes" reading={reading} />
    ) : (
      <LoadingSkeleton what="Suspected changes" height={40} />
    );
  if (found.length === 0)
    return (
      <Text size="xs" c="dimmed">
        No likely cause.
      </Text>
    );
  return found.map((suspect) => (
    <SuspectRow
      key={suspect.change.id}
      suspect={suspect}
      mayOperate={mayOperate}
      onReverted={() => again({ requestPolicy: "network-only" })}
    />
  ));
}
