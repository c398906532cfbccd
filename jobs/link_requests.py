"""The job that sends a couple the new link that it asked for (M6)."""

import logging
from uuid import UUID

from db.session import Database
from domain.errors import DependencyDown, LaunchError
from services.mail import outbox
from services.marketplace import link_requests
from services.marketplace.invitations import Site
from settings import Settings

logger = logging.getLogger(__name__)


async def send_new_link(db: Database, settings: Settings, invitation_id: UUID) -> None:
    """Send an expired invitation again, unless something forbids it; safe to run twice.

    The supplier, who was notified of the request, sees what prevents it.
    """
    site = Site(settings.base_url, outbox.has_server(settings), settings.signing_key)
    try:
        async with db.write() as uow:
            await link_requests.answer(uow, settings, site, invitation_id)
    except DependencyDown:
        raise
    except LaunchError as error:
        logger.info("invitation %s: no new link (%s)", invitation_id, error.code)
