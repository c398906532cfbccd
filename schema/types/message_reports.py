"""Reports of messages to the staff (M7)."""

from datetime import datetime
from uuid import UUID

import strawberry

from db.models.conversations import Reported
from db.models.couples import Partnership
from domain.errors import LaunchError
from domain.marketplace.couple_names import joined_names
from schema.context import Info
from schema.conversation_enums import ReportOutcome
from schema.pagination import Connection
from schema.types.errors import Error
from schema.types.messages import Message
from schema.types.node import decode_id, node_id
from services.marketplace import message_reports
from services.marketplace.message_reports import ReportMessage


@strawberry.type(description="A reported message. Moderators see it, and only the message itself.")
class MessageReport:
    """A report of a message."""

    id: strawberry.ID = strawberry.field(description="Identifies the report.")
    message_id: strawberry.ID = strawberry.field(
        description="The message, for hideMessage and showMessage."
    )
    message: Message = strawberry.field(description="The message, as both sides see it now.")
    reported_text: str = strawberry.field(description="The text, also if it is hidden.")
    reason: str = strawberry.field(description="Why it was reported, in the words of the reporter.")
    created_at: datetime = strawberry.field(description="When it was reported.")
    resolved_at: datetime | None = strawberry.field(
        description="When the staff resolved it; null while it is open."
    )
    outcome: ReportOutcome | None = strawberry.field(
        description="How the staff resolved it; null while it is open."
    )
    supplier_id: strawberry.ID = strawberry.field(description="The supplier of the conversation.")
    couple_id: strawberry.ID = strawberry.field(description="The couple of the conversation.")
    partnership: strawberry.Private[Partnership]

    @strawberry.field(description="The name of the supplier's business; null if it has none.")
    async def supplier_name(self, info: Info) -> str | None:
        """Load it only if it is selected."""
        row = await info.context.loaders.supplier.load(self.partnership.supplier_id)
        return row.business_name if row else None

    @strawberry.field(description="The names of the couple; null if it has not entered any.")
    async def couple_names(self, info: Info) -> str | None:
        """Load it only if it is selected."""
        row = await info.context.loaders.couple.load(self.partnership.couple_id)
        return joined_names(row.partner1_name, row.partner2_name) if row else None

    @classmethod
    def of(cls, reported: Reported) -> "MessageReport":
        """A report as moderators see it."""
        row, message, partnership = reported
        return cls(
            id=node_id("MessageReport", row.id),
            message_id=node_id("Message", message.id),
            message=Message.of(message),
            reported_text=message.text,
            reason=row.reason,
            created_at=row.created_at,
            resolved_at=row.resolved_at,
            outcome=row.outcome,
            supplier_id=node_id("Supplier", partnership.supplier_id),
            couple_id=node_id("Couple", partnership.couple_id),
            partnership=partnership,
        )


@strawberry.type(description="A page of reports, the newest first.")
class MessageReportConnection(Connection[MessageReport]):
    """A page whose total is counted only if it is selected."""

    is_open: strawberry.Private[bool | None]

    @strawberry.field(description="The number of reports that match the filter.")
    async def total_count(self, info: Info) -> int:
        """Count with one additional statement."""
        async with info.context.db.read() as session:
            return await message_reports.count(session, is_open=self.is_open)


@strawberry.input(description="A message and the reason.")
class MessageReasonInput:
    """The input of `reportMessage`, `hideMessage` and `showMessage`."""

    message_id: strawberry.ID = strawberry.field(description="The message.")
    reason: str = strawberry.field(description="1 to 1000 characters.")

    def command(self) -> ReportMessage:
        """Return the command for the service."""
        key = decode_id(self.message_id, "Message", "input", "messageId")
        return ReportMessage(key, self.reason)


@strawberry.input(description="A report and the reason for dismissing it.")
class DismissMessageReportInput:
    """The input of `dismissMessageReport`."""

    id: strawberry.ID = strawberry.field(description="The report.")
    reason: str = strawberry.field(description="1 to 1000 characters, kept in the audit.")

    def key(self) -> UUID:
        """Return the id of the row."""
        return decode_id(self.id, "MessageReport", "input", "id")


@strawberry.type(description="The message as it is now.")
class MessagePayload:
    """The payload of mutations that change a message."""

    message: Message | None = strawberry.field(default=None, description="The message.")
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def failed(cls, error: LaunchError) -> "MessagePayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))


@strawberry.type(description="The report as it is now.")
class MessageReportPayload:
    """The payload of mutations that change a report."""

    report: MessageReport | None = strawberry.field(default=None, description="The report.")
    errors: list[Error] = strawberry.field(default_factory=list, description="Expected failures.")

    @classmethod
    def failed(cls, error: LaunchError) -> "MessageReportPayload":
        """Build the payload of an expected failure."""
        return cls(errors=Error.every(error))
