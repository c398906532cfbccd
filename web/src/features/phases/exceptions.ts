import type { PhaseFieldsFragment } from "../../gql/graphql";
import { unbroken } from "../../lib/format";

export type Link = PhaseFieldsFragment["flags"][number];

/** Why a flag of a live phase does not follow its ramp; undefined if it does. The strongest reason wins. */
export function exceptionOf(
  { flag, inForce, ceiling, ceilingBy, target, isReleased }: Link,
  phaseKey: string,
): string | undefined {
  if (flag.kill) return "killed: off for everybody until the kill is lifted";
  if (flag.run && flag.run.phase.key !== phaseKey) return `held by another phase: ${flag.run.phase.key}`;
  if (!flag.enabled) return "switched off";
  if (isReleased) return unbroken(`released from the ramp, at ${inForce} %`);
  if (ceiling != null && ceiling < target)
    return unbroken(`limited to ${ceiling} % by ${ceilingBy ?? "somebody"}, target ${target} %`);
  return undefined;
}

/** 7 flags at 5 %, 1 at 3 %: those that follow the ramp, by what is in force. */
export function inForceOf(links: readonly Link[]): string {
  const counts = new Map<number, number>();
  for (const { inForce } of links) counts.set(inForce, (counts.get(inForce) ?? 0) + 1);
  const parts = [...counts]
    .sort(([one], [other]) => other - one)
    .map(([share, count], index) => `${count}${index === 0 ? (count === 1 ? " flag" : " flags") : ""} at ${share} %`);
  return unbroken(parts.join(", "));
}
