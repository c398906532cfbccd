import { Stack, Text } from "@mantine/core";

import type { IncidentQuery as Data } from "../../gql/graphql";
import { local, span } from "../../lib/spans";
import { unbroken } from "../../lib/words";

type Episode = Data["incidents"]["nodes"][number]["episodes"][number];

/** The times before the current one, the newest first (L5). */
export function Episodes({ episodes }: { episodes: readonly Episode[] }) {
  return (
    <Stack gap={0} data-testid="episodes">
      {episodes.map((episode) => (
        <div key={episode.number} className="row">
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>{unbroken(episode.title)}</Text>
          {episode.description && (
            <Text size="sm" c="dimmed" style={{ whiteSpace: "pre-line", overflowWrap: "anywhere" }}>
              {unbroken(episode.description)}
            </Text>
          )}
          <Text size="xs" c="dimmed">
            Episode {episode.number} · began {local(episode.beganAt)}
            {episode.endedAt && ` · lasted ${span(Date.parse(episode.endedAt) - Date.parse(episode.beganAt))}`}
          </Text>
        </div>
      ))}
    </Stack>
  );
}
