"""Explains in sentences why a flag has its value for a context (X7)."""

from dataclasses import dataclass

from domain.flags.flags import (
    Evaluation,
    EvaluationContext,
    EvaluationErrorCode,
    EvaluationReason,
    Flag,
)
from domain.platform.percent import BUCKETS, EVERYBODY, NOBODY, Percent


@dataclass(frozen=True, slots=True)
class Explanation:
    """Bucket and threshold as percentages, and the steps of the decision in order."""

    bucket: Percent | None
    threshold: Percent | None
    matched_group: str | None
    steps: tuple[str, ...]


def explain(flag: Flag | None, result: Evaluation, context: EvaluationContext) -> Explanation:
    """Explain an evaluation, up to the step that decided it."""
    if flag is None:
        return Explanation(None, None, None, ("there is no flag with this key: off",))
    return Explanation(
        bucket=_percent(result.bucket),
        threshold=_percent(result.limit),
        matched_group=result.matched_group,
        steps=tuple(_steps(flag, result, context)),
    )


def _steps(flag: Flag, result: Evaluation, context: EvaluationContext) -> list[str]:
    if not flag.enabled:
        return ["the flag is off for everybody"]
    if result.reason is EvaluationReason.DISABLED:
        return ["the kill switch holds it off"]
    steps = ["the flag is on"]
    if flag.target_groups:
        steps.append(_group_step(flag, result, context))
        decided = result.matched_group is not None and "user:" in result.matched_group
        if decided or (result.matched_group is None and not _only_users(flag)):
            return steps
    return [*steps, _percentage_step(flag, result)]


def _only_users(flag: Flag) -> bool:
    return all("user:" in group for group in flag.target_groups)


def _group_step(flag: Flag, result: Evaluation, context: EvaluationContext) -> str:
    matched = result.matched_group
    if matched is None:
        own = ", ".join(sorted(context.groups)) or "none"
        if _only_users(flag):
            return "not among the users that are named"
        return f"in none of the target groups (own groups: {own}): off"
    if matched.startswith("!"):
        return "kept out by name: off"
    return "let in by name: on" if matched.startswith("user:") else f"in the group {matched}"


def _percentage_step(flag: Flag, result: Evaluation) -> str:
    share = flag.rollout_percentage
    if share >= EVERYBODY:
        return "100 % of users: on"
    if share <= NOBODY:
        return "0 % of users: off"
    if result.error_code is EvaluationErrorCode.TARGETING_KEY_MISSING:
        return f"{share:g} % of users, but there is no key to find the bucket with: off"
    place, limit = _percent(result.bucket), _percent(result.limit)
    sign, state = ("<", "on") if result.value else (">=", "off")
    return f"bucket {place:.2f} {sign} {limit:g}: {state}"


def _percent(buckets: int | None) -> Percent | None:
    return None if buckets is None else Percent(buckets * 100 / BUCKETS)
