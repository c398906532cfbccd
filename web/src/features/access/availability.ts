import { useEffect } from "react";
import { useQuery } from "urql";

import type { FeatureAvailability, GuardedOperationsQuery as Data, OperationKind, UserType } from "../../gql/graphql";
import { pollWhileVisible } from "../../lib/pageVisibility";
import { GuardedOperationsQuery } from "./access.graphql";

const POLL_MS = 2000;

export type Guarded = Data["guardedOperations"][number];

/**
 * The features that flags close for the viewer, and why. Read again every 2 s: a visitor, who has
 * no stream, sees within three seconds that a feature was paused or has opened.
 */
export function useGuarded(userType: UserType | null = null): readonly Guarded[] | undefined {
  const [{ data }, again] = useQuery({
    query: GuardedOperationsQuery,
    variables: { userType },
    requestPolicy: "cache-and-network",
  });
  useEffect(() => pollWhileVisible(POLL_MS, () => again({ requestPolicy: "network-only" })), [again]);
  return data?.guardedOperations;
}

/** One operation of them; undefined while that is not known, or where nothing guards it. */
export function find(guarded: readonly Guarded[] | undefined, kind: OperationKind, name: string): Guarded | undefined {
  return guarded?.find((item) => item.kind === kind && item.name === name);
}

/** Why a flag is off, where the server has said so. */
export function whyOff(guarded: readonly Guarded[] | undefined, flag: string): FeatureAvailability | undefined {
  const states = (guarded ?? []).filter(({ flags }) => flags.includes(flag)).map(({ availability }) => availability);
  return states.find((state) => state !== "OPEN");
}
