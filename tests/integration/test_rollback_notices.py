"""A rollback tells the places that its plan names (S56; L22)."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import select

from db.models.mail import Mail
from db.session import Database
from domain.actors import system_actor
from domain.phases.rollback_notices import RollbackNotice
from services.phases import rollback_notices
from tests.factories.alerts import AlertCenters
from tests.support.receivers import HttpReceiver

ACTOR = system_actor("guard")


def notice() -> RollbackNotice:
    return RollbackNotice(
        phase_name="Suppliers",
        run_id=uuid4(),
        actor="ann@wedsync.app",
        reason="double charges",
        flags=("mvp_chat",),
        at=datetime.now(UTC),
        incident_id=None,
        incident_number=7,
    )


async def test_a_channel_is_notified_once_by_the_next_sweep(
    desk: AlertCenters, receiver: HttpReceiver, db: Database
) -> None:
    """L22: `notify` was stored, and nobody was told."""
    first_notice = notice()
    for _ in range(2):  # a repeat of the same rollback
        async with db.write() as uow:
            await rollback_notices.post(uow, ACTOR, first_notice, ["json://127.0.0.1"])
    for center in (desk.process(), desk.process()):
        await center.sweep()
        await center.idle()
    assert receiver.titles == ["[ROLLBACK] Phase Suppliers was rolled back"]
    assert "ann@wedsync.app rolled it back at" in receiver.messages[0]["message"]
    assert "double charges" in receiver.messages[0]["message"]
    (event,) = await desk.events()
    assert (event.channel, event.delivered) == ("json://127.0.0.1", True)


async def test_an_address_is_emailed_and_a_removed_channel_is_logged(
    desk: AlertCenters, db: Database
) -> None:
    places = ["ops@wedsync.app", "ops@wedsync.app", "#launch"]
    async with db.write() as uow:
        await rollback_notices.post(uow, ACTOR, notice(), places)
    center = desk.process()
    await center.sweep()
    await center.idle()
    async with db.read() as session:
        (email,) = await session.scalars(select(Mail))
    assert (email.recipient, email.subject) == (
        "ops@wedsync.app",
        "Phase Suppliers was rolled back",
    )
    assert "Incident: #7" in email.body
    (event,) = await desk.events()
    assert (event.channel, event.delivered) == ("#launch", False)
