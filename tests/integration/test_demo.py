"""The demo launch: idempotent, valid, and all of it off (S123)."""

from sqlalchemy import func, select

from db.codecs import criteria_of, plan_of, steps_of
from db.models.events import Change
from db.models.flags import FeatureFlag
from db.models.phases import LaunchPhase, LaunchPhaseFlag
from db.queries import flags as flag_queries
from db.session import Database
from devserver import demo
from devserver.demo import Loaded
from domain.actors import system_actor
from domain.flags.flags import Flag, parse_groups, parse_key
from domain.phases.criterion_checks import problems
from domain.phases.phases import PhaseStatus, check_plan, check_steps
from domain.platform.keyset import Keyset
from domain.platform.percent import NOBODY, Percent
from services.flags import flag_toggles, flags
from services.flags.flags import FlagDraft
from services.phases import phases
from services.phases.phases import FlagLink, PhaseDraft

ACTOR = system_actor("test")


async def load(db: Database, *, only_when_empty: bool = False) -> Loaded:
    async with db.write() as uow:
        return await demo.load(uow, only_when_empty=only_when_empty)


async def all_flags(db: Database) -> list[Flag]:
    async with db.read() as session:
        return await flag_queries.page(session, Keyset(100))


async def all_phases(db: Database) -> list[LaunchPhase]:
    async with db.read() as session:
        return await phases.list_all(session)


async def count_changes(db: Database) -> int:
    async with db.read() as session:
        return (await session.execute(select(func.count()).select_from(Change))).scalar_one()


async def test_loading_twice_changes_nothing(db: Database) -> None:
    assert await load(db) == Loaded(phases=4, flags=20)
    before = await count_changes(db), await all_flags(db)
    assert await load(db) == Loaded(phases=0, flags=0)
    assert (await count_changes(db), await all_flags(db)) == before


async def test_the_demo_has_the_planned_phases(db: Database) -> None:
    await load(db)
    phases = {row.key: row for row in await all_phases(db)}
    assert list(phases) == [
        "pre_launch_testing", "supplier_rollout", "couple_rollout", "stabilisation",
    ]  # fmt: skip
    days = {key: (row.planned_end_at - row.planned_start_at).days for key, row in phases.items()}  # type: ignore[operator]
    assert days["pre_launch_testing"] == 3
    assert days["supplier_rollout"] == 7
    assert days["stabilisation"] == 4
    ramp = [step.percentage for step in steps_of(phases["supplier_rollout"].steps)]
    assert ramp == [Percent(share) for share in (5, 25, 50, 100)]


async def test_every_phase_is_valid(db: Database) -> None:
    await load(db)
    for row in await all_phases(db):
        assert row.status is PhaseStatus.PLANNED
        check_steps(steps_of(row.steps))
        assert problems(criteria_of(row.success_criteria)) == []
        plan = plan_of(row.rollback_plan)
        check_plan(plan)
        assert plan is not None
        assert plan.manual_steps


async def test_every_flag_is_valid_described_and_off(db: Database) -> None:
    await load(db)
    for flag in await all_flags(db):
        assert parse_key(flag.key)
        assert parse_groups(flag.target_groups) == flag.target_groups
        assert flag.description
        assert (flag.enabled, flag.rollout_percentage) == (False, NOBODY)


async def test_every_flag_belongs_to_one_phase_which_introduced_it(db: Database) -> None:
    await load(db)
    async with db.read() as session:
        links = (await session.scalars(select(LaunchPhaseFlag))).all()
    by_flag = {link.flag_id: link.phase_id for link in links}
    assert len(links) == len(by_flag) == 20
    assert {flag.id: flag.phase_id for flag in await all_flags(db)} == by_flag


async def test_loading_keeps_changes_by_users(db: Database) -> None:
    await load(db)
    phase = (await all_phases(db))[1]
    async with db.change_flag() as work:
        await flag_toggles.toggle(work, ACTOR, "mvp_test_feature", enabled=True)
    async with db.write() as uow:
        await phases.update(uow, ACTOR, phase.id, {"name": "Our suppliers", "flags": ()})
    await load(db)
    assert (await all_phases(db))[1].phase_name == "Our suppliers"
    on = [flag.key for flag in await all_flags(db) if flag.enabled]
    assert on == ["mvp_test_feature"]


async def test_loading_restores_missing_objects(db: Database) -> None:
    async with db.write() as uow:
        await flags.create(uow, ACTOR, FlagDraft("mvp_test_feature", "Ours"))
    assert await load(db) == Loaded(phases=4, flags=19)
    assert next(f for f in await all_flags(db) if f.key == "mvp_test_feature").name == "Ours"


async def test_loading_leaves_other_launches_alone(db: Database) -> None:
    async with db.write() as uow:
        await flags.create(uow, ACTOR, FlagDraft("ours", "Ours"))
    assert await load(db, only_when_empty=True) == Loaded()
    assert [flag.key for flag in await all_flags(db)] == ["ours"]


async def test_the_first_phase_of_a_flag_is_its_introducing_phase(db: Database) -> None:
    """S2: a later phase that uses the flag too does not take it over."""
    async with db.write() as uow:
        await flags.create(uow, ACTOR, FlagDraft("chat", "Chat"))
        first = await phases.create(uow, ACTOR, PhaseDraft("one", "One", flags=(FlagLink("chat"),)))
        await phases.create(uow, ACTOR, PhaseDraft("two", "Two", flags=(FlagLink("chat"),)))
    (flag,) = await all_flags(db)
    assert (flag.phase_id, flag.version) == (first.id, 2)
    async with db.read() as session:
        query = select(Change.action).where(Change.subject_id == flag.id).order_by(Change.at)
        assert sorted(await session.scalars(query)) == ["created", "introduced"]


async def test_editing_a_phase_introduces_its_new_flags(db: Database) -> None:
    async with db.write() as uow:
        await flags.create(uow, ACTOR, FlagDraft("chat", "Chat"))
        phase = await phases.create(uow, ACTOR, PhaseDraft("one", "One"))
        await phases.update(uow, ACTOR, phase.id, {"flags": (FlagLink("chat"),)})
    async with db.read() as session:
        assert await session.scalar(select(FeatureFlag.launch_phase_id)) == phase.id
