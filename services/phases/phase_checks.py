"""Validates the fields of a phase and reports all problems at once (S16, S18; L24)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from db.queries import flags as flag_queries
from db.session import UnitOfWork
from domain.errors import Collector, Invalid, NotFound
from domain.flags.flags import parse_key
from domain.metrics.criteria import Criterion
from domain.phases.criterion_checks import check_criteria
from domain.phases.phases import check_plan, check_position, check_steps
from services.mail.email_addresses import is_address
from services.metrics import metric_catalog
from services.phases.phase_commands import FlagLink, PhasePatch
from services.platform.texts import check_text, line


async def check_fields(
    uow: UnitOfWork, patch: PhasePatch, channels: Collection[str], *, key: str | None = None
) -> None:
    """Raise all problems of the fields at once, each at its field."""
    problems = Collector()
    with problems:
        if key is not None:
            parse_key(key)
    with problems:
        if "name" in patch:
            line(patch["name"], "name", 200)
    with problems:
        check_text(patch.get("description"), "description", 5_000)
    with problems:
        if "platforms" in patch and not patch["platforms"]:
            raise Invalid("A phase launches on at least one platform.", path=("input", "platforms"))
    with problems:
        if "position" in patch:
            check_position(patch["position"])
    with problems:
        if key is not None:  # an update keeps what it does not name
            check_schedule(patch.get("planned_start_at"), patch.get("planned_end_at"))
    with problems:
        check_steps(patch.get("steps", ()))
    with problems:
        await _check_criteria(uow, patch.get("criteria", ()))
    with problems:
        check_plan(patch.get("rollback_plan"), channels, is_address)
    with problems:
        await _check_links(uow, patch.get("flags", ()))
    problems.raise_all()


def check_schedule(start: datetime | None, end: datetime | None) -> None:
    """Raise Invalid if a phase would end before it starts."""
    if start is not None and end is not None and end <= start:
        raise Invalid("A phase ends after it starts.", path=("input", "plannedEndAt"))


async def _check_criteria(uow: UnitOfWork, criteria: Sequence[Criterion]) -> None:
    check_criteria(criteria, await metric_catalog.infos_behind(uow.session, criteria))


async def _check_links(uow: UnitOfWork, links: Sequence[FlagLink]) -> None:
    """Raise NotFound for each unknown flag, Invalid for each one listed twice or out of range."""
    flags = await flag_queries.by_key(uow.session, [link.flag_key for link in links])
    seen, problems = set[str](), Collector()
    for index, link in enumerate(links):
        path = ("input", "flags", str(index), "flagKey")
        with problems:
            check_position(link.position, ("input", "flags", str(index), "position"))
        with problems:
            if link.flag_key not in flags:
                raise NotFound(f"There is no flag {link.flag_key[:100]!r}.", path=path)
            if link.flag_key in seen:
                raise Invalid(f"The flag {link.flag_key} is listed twice.", path=path)
        seen.add(link.flag_key)
    problems.raise_all()
