"""The pure function and the generated columns say the same of what is in force (D1, ADR 27)."""

from itertools import product

from sqlalchemy import insert, select

from db import flag_rows
from db.models.flags import FeatureFlag
from db.models.phases import LaunchPhase, PhaseRun
from db.session import Database
from domain.actors import ActorKind
from domain.flags.run_holds import FlagParts, FlagValues
from domain.platform.percent import Percent

SHARES = (None, 5.0, 62.5)


async def test_the_function_and_the_generated_columns_agree(db: Database) -> None:
    async with db.write() as uow:
        phase = LaunchPhase(key="mvp", phase_name="MVP", platforms=["wedsync"])
        uow.session.add(phase)
        await uow.session.flush()
        run = PhaseRun(
            phase_id=phase.id,
            number=1,
            actor_kind=ActorKind.SYSTEM,
            actor_label="test",
            started_at=uow.now,
        )
        uow.session.add(run)
        await uow.session.flush()
        holds = product((True, False), (None, True, False), SHARES, SHARES, SHARES)
        rows = [
            {
                **{"flag_key": f"f{index}", "flag_name": "F", "salt": "f", "run_id": run.id},
                **{"enabled": on, "rollout_percentage": 30, "run_switch": switch},
                **{"run_target": target, "run_step": step, "run_ceiling": ceiling},
            }
            for index, (on, switch, target, step, ceiling) in enumerate(holds)
        ]
        await uow.session.execute(insert(FeatureFlag), rows)
    async with db.read() as session:
        columns = (
            FeatureFlag.flag_key,
            FeatureFlag.enabled_in_force,
            FeatureFlag.percentage_in_force,
        )
        stored = {row[0]: (row[1], row[2]) for row in await session.execute(select(*columns))}
    flags = (await flag_rows.read(db.direct, 0)).flags
    assert len(stored) == 162
    assert {flag.key: (flag.enabled, flag.rollout_percentage) for flag in flags} == stored


async def test_deleting_a_run_releases_its_flags(db: Database) -> None:
    """The owner's values count again, and every process hears of it."""
    async with db.write() as uow:
        phase = LaunchPhase(key="mvp", phase_name="MVP", platforms=["wedsync"])
        uow.session.add(phase)
        await uow.session.flush()
        run = PhaseRun(
            phase_id=phase.id,
            number=1,
            actor_kind=ActorKind.SYSTEM,
            actor_label="test",
            started_at=uow.now,
        )
        uow.session.add(run)
        await uow.session.flush()
        flag_of_run = FeatureFlag(flag_key="held", flag_name="H", salt="held", run_id=run.id)
        flag_of_run.run_switch, flag_of_run.run_target = True, 100
        uow.session.add(flag_of_run)
    before = await flag_rows.read(db.direct, 0)
    async with db.write() as uow:
        await uow.session.delete(await uow.session.get_one(LaunchPhase, phase.id))
    changed_rows = await flag_rows.read(db.direct, before.horizon)
    (flag,) = changed_rows.flags
    assert flag.wanted == FlagParts(FlagValues(enabled=False, percentage=Percent(0)))
    assert changed_rows.version > before.version
