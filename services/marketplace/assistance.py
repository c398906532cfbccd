"""Sends requests for help to the support channel (S44)."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.queries import accounts
from db.queries import onboarding as queries
from domain.incidents.incidents import Severity
from domain.marketplace.assistance import KEY, HelpRequest, text, title
from services.alerting import AlertCenter


async def request_of(session: AsyncSession, onboarding_id: UUID) -> HelpRequest | None:
    """Return the open request of a person; None where there is none or it is answered."""
    row = (await queries.by_id(session, [onboarding_id])).get(onboarding_id)
    if row is None or not row.assistance_needed or row.assistance_requested_at is None:
        return None
    user = (await accounts.users_by_id(session, [row.user_id])).get(row.user_id)
    return HelpRequest(
        user.email if user else "somebody",
        row.user_type,
        row.current_step,
        row.assistance_message,
        row.assistance_requested_at,
    )


async def alert_support(
    alerts: AlertCenter, base_url: str, onboarding_id: UUID, request: HelpRequest | None
) -> None:
    """Raise an alert for each person with a request, with reminders until it is answered."""
    key = f"{KEY}{onboarding_id}"
    if request is None:
        await alerts.resolve_now(key, "They were helped, or went on by themselves.")
        return
    body = text(request, base_url)
    await alerts.raise_now(key, title(request), body, Severity.MEDIUM, request.asked_at)
