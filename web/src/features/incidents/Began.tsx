import type { IncidentFieldsFragment } from "../../gql/graphql";
import { Ago } from "../../lib/time";

/** When the current episode began, when it was measured last, and how often it was reported (L5). */
export function Began({ incident }: { incident: IncidentFieldsFragment }) {
  const { beganAt, number, observedAt } = incident.currentEpisode;
  return (
    <>
      began <Ago at={beganAt} />
      {incident.resolvedAt ? (
        <>
          {" "}
          · ended <Ago at={incident.resolvedAt} />
        </>
      ) : (
        observedAt && (
          <>
            {" "}
            · measured <Ago at={observedAt} />
          </>
        )
      )}
      {number > 1 && ` · episode ${number}`}
      {incident.occurrences > 1 && ` · ${incident.occurrences} reports`}
    </>
  );
}
