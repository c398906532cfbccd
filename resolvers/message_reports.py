"""Fields about reported messages (M7)."""

from functools import partial
from typing import Annotated

import strawberry

from schema.context import Info
from schema.pagination import After, Before, First, Last, Page, connection, encode_cursor
from schema.types.message_reports import (
    DismissMessageReportInput,
    MessagePayload,
    MessageReasonInput,
    MessageReport,
    MessageReportConnection,
    MessageReportPayload,
)
from schema.types.messages import Message
from services.marketplace import message_reports as service

OpenFilter = Annotated[
    bool | None,
    strawberry.argument(description="True: only open reports; false: only closed ones."),
]
ReportArgument = Annotated[
    MessageReasonInput, strawberry.argument(description="The message and the reason.")
]
DismissArgument = Annotated[
    DismissMessageReportInput, strawberry.argument(description="The report and the reason.")
]


async def message_reports(
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    is_open: OpenFilter = None,
) -> MessageReportConnection:
    """Reported messages, the newest report first."""
    page = Page.of(first, after, last, before)
    async with info.context.db.read() as session:
        reports = await service.page(session, page.moments(), is_open=is_open)
    return connection(
        partial(MessageReportConnection, is_open=is_open),
        reports,
        page,
        cursor=lambda item: encode_cursor(item.report.created_at, item.report.id),
        wrap=MessageReport.of,
    )


async def report_message(info: Info, input: ReportArgument) -> MessagePayload:
    """Report a message of the other side to the staff. Repeating changes nothing."""
    await service.admit(info.context.runtime.rate_limits, info.context.actor)
    async with info.context.db.write() as uow:
        row = await service.report(uow, info.context.actor, input.command())
    return MessagePayload(message=Message.of(row))


async def hide_message(info: Info, input: ReportArgument) -> MessagePayload:
    """Hide a reported message from both sides, who see the reason. Repeating changes nothing."""
    async with info.context.db.write() as uow:
        row = await service.hide(uow, info.context.actor, input.command())
    return MessagePayload(message=Message.of(row))


async def show_message(info: Info, input: ReportArgument) -> MessagePayload:
    """Show a hidden message to both sides again. Repeating changes nothing."""
    async with info.context.db.write() as uow:
        row = await service.show(uow, info.context.actor, input.command())
    return MessagePayload(message=Message.of(row))


async def dismiss_message_report(info: Info, input: DismissArgument) -> MessageReportPayload:
    """Dismiss a report and leave its message as it is. Repeating changes nothing."""
    async with info.context.db.write() as uow:
        report = await service.dismiss(uow, info.context.actor, input.key(), input.reason)
    return MessageReportPayload(report=MessageReport.of(report))
