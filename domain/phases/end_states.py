"""Whether the flags of a run are where the run wanted them: success is verified (D4)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.errors import Invalid, Limited, NotVerified
from domain.flags.flags import Flag
from domain.flags.run_holds import FlagValues

ACCEPT = ("input", "acceptLimits")


class Exemption(StrEnum):
    """Why a flag is not at the target of its run."""

    LIMITED = "limited"
    SWITCHED_OFF = "switched_off"
    RELEASED = "released"
    KILLED = "killed"


@dataclass(frozen=True, slots=True)
class Exempt:
    """A flag that is not at the target, and a sentence that says why."""

    key: str
    exemption: Exemption
    detail: str


def exempt(flag: Flag, run_id: UUID, killed: Collection[str] = ()) -> Exempt | None:
    """None: the flag is as far as the step and the target of the run let it go."""
    hold, values = flag.wanted.hold, flag.wanted.in_force
    if flag.key in killed or "*" in killed:
        return Exempt(flag.key, Exemption.KILLED, f"{flag.key} is held off by the kill switch")
    if not values.enabled:
        return Exempt(flag.key, Exemption.SWITCHED_OFF, f"{flag.key} is switched off")
    if hold is None or hold.run_id != run_id or hold.target is None:
        detail = f"{flag.key} was released from the ramp and is at {values.percentage:g} %"
        return Exempt(flag.key, Exemption.RELEASED, detail)
    if hold.is_limited:
        by = f" by {hold.ceiling_by}" if hold.ceiling_by else ""
        detail = f"{flag.key} is limited to {hold.ceiling:g} %{by}, its target is {hold.target:g} %"
        return Exempt(flag.key, Exemption.LIMITED, detail)
    return None


def check_limits(flags: Iterable[Flag], run_id: UUID, accepted: Collection[str]) -> None:
    """Raises Limited while a flag is below its target and not accepted, Invalid for a stranger.

    A flag that was released with a reason has a percentage of its own: that is no limit.
    """
    by_key = {flag.key: flag for flag in flags}
    for index, key in enumerate(accepted):
        if key not in by_key:
            raise Invalid(f"{key[:100]!r} is no flag of this phase.", path=(*ACCEPT, str(index)))
    exemptions = [exempt(flag, run_id) for key, flag in by_key.items() if key not in accepted]
    limits = (Exemption.LIMITED, Exemption.SWITCHED_OFF)
    missing = [item.detail for item in exemptions if item and item.exemption in limits]
    if missing:
        raise Limited(
            f"Not every flag would be at its target: {'; '.join(missing)}. Lift the limit, or "
            "name these flags in acceptLimits.",
            path=ACCEPT,
        )


def differences(expected: Mapping[str, FlagValues], stored: Mapping[str, FlagValues]) -> list[str]:
    """What the rows have otherwise than was asked, as sentences."""
    return [
        f"{key} should be {_text_of(values)} and is {_text_of(stored.get(key))}"
        for key, values in expected.items()
        if stored.get(key) != values
    ]


def check_stored(expected: Mapping[str, FlagValues], stored: Mapping[str, FlagValues]) -> None:
    """Raises NotVerified where the rows are not what was asked."""
    gaps = differences(expected, stored)
    if gaps:
        raise NotVerified(f"The flags are not what was asked: {'; '.join(gaps)}.")


def _text_of(values: FlagValues | None) -> str:
    if values is None:
        return "gone"
    return f"{'on' if values.enabled else 'off'} at {values.percentage:g} %"
