import { unbroken } from "../../lib/format";
import type { FlagChangePreviewQuery, FlagFieldsFragment } from "../../gql/graphql";

/** A change of a flag, as `updateFeatureFlag` takes it. */
export interface FlagChange {
  readonly enabled?: boolean;
  readonly rolloutPercentage?: number;
  readonly override?: boolean;
  readonly targetGroups?: readonly string[];
}

export type Preview = NonNullable<FlagChangePreviewQuery["flagChangePreview"]["preview"]>;

/** The label of a button, such as "Switch on" or "Set to 40 %". */
export function verbOf({ enabled, rolloutPercentage }: FlagChange): string {
  if (enabled !== undefined) return enabled ? "Switch on" : "Switch off";
  return rolloutPercentage === undefined ? "Save" : unbroken(`Set to ${rolloutPercentage} %`);
}

/** The requested change, for the middle of a sentence. */
export function wishOf(change: FlagChange): string {
  const { enabled, rolloutPercentage } = change;
  if (enabled === false) return "off";
  if (rolloutPercentage !== undefined) return unbroken(`${rolloutPercentage} %`);
  return enabled ? "on" : "changed settings";
}

/** 285 of 285 people will see it: 285 gain it. */
export function effectOf({ peopleAfter, people, gains, losses, isEstimate }: Preview): string {
  const about = isEstimate ? "About " : "";
  const moves = [
    gains > 0 && `${gains.toLocaleString("en")} gain it`,
    losses > 0 && `${losses.toLocaleString("en")} lose it`,
  ].filter(Boolean);
  const seen = `${peopleAfter.toLocaleString("en")} of ${people.toLocaleString("en")} people will see it`;
  return `${about}${seen}: ${moves.join(", ") || "nobody gains or loses it"}.`;
}

/** The owner's values if those of the run differ; undefined if they agree. */
export function ownerOf({
  enabled,
  rolloutPercentage,
  ownerEnabled,
  ownerPercentage,
}: FlagFieldsFragment): string | undefined {
  if (enabled === ownerEnabled && rolloutPercentage === ownerPercentage) return undefined;
  return unbroken(`${ownerEnabled ? "on" : "off"}, ${ownerPercentage} %`);
}

/** A run without an outcome holds its flags; an ended one may have left values on them. */
export function holderOf({ run }: FlagFieldsFragment): string | undefined {
  if (!run) return undefined;
  const name = `${run.phase.name}, run ${run.number}`;
  return run.outcome ? `set by ${name}` : `held by ${name}`;
}
