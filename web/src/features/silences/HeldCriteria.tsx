import { Text } from "@mantine/core";
import { useQuery } from "urql";

import type { CheckType } from "../../gql/graphql";
import { DependentsQuery } from "./silences.graphql";

/** What a silence of these checks keeps from being judged; no checks: all of them. */
export function HeldCriteria({ checks }: { checks: CheckType[] }) {
  const [{ data }] = useQuery({ query: DependentsQuery, requestPolicy: "cache-and-network" });
  if (!data) return null;
  const held = data.launchPhases.flatMap((phase) =>
    phase.successCriteria
      .filter(({ criterion }) => dependsOn(criterion.checks, checks))
      .map(({ criterion }) => `${criterion.key} of ${phase.name}`),
  );
  return (
    <Text size="sm" data-testid="held-criteria">
      {held.length > 0
        ? `Not judged during the silence: ${held.join(", ")}.`
        : "No criterion of a live phase depends on these checks."}
    </Text>
  );
}

function dependsOn(needed: CheckType[], silenced: CheckType[]): boolean {
  return silenced.length === 0 ? needed.length > 0 : needed.some((check) => silenced.includes(check));
}
