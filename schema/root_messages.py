"""Root fields of conversations (M7); `schema.root` inherits them."""

import strawberry

from domain.actors import Scope
from resolvers import conversations, message_reports
from schema.permissions import mutation, query, subscription
from schema.types.conversations import (
    ConversationConnection,
    ConversationPayload,
    ConversationsUpdate,
    ConversationUpdate,
)
from schema.types.message_reports import (
    MessagePayload,
    MessageReportConnection,
    MessageReportPayload,
)
from schema.types.messages import SendMessagePayload
from subscriptions import conversations as live_conversations


@strawberry.type
class MessageQueries:
    """Reads."""

    conversations: ConversationConnection = query(conversations.conversations, Scope.SELF)
    message_reports: MessageReportConnection = query(
        message_reports.message_reports, Scope.MESSAGES_MODERATE
    )


@strawberry.type
class MessageMutations:
    """Writes."""

    send_message: SendMessagePayload = mutation(
        conversations.send_message, Scope.SELF, failed=SendMessagePayload.failed
    )
    mark_conversation_read: ConversationPayload = mutation(
        conversations.mark_conversation_read, Scope.SELF, failed=ConversationPayload.failed
    )
    report_message: MessagePayload = mutation(
        message_reports.report_message, Scope.SELF, failed=MessagePayload.failed
    )
    hide_message: MessagePayload = mutation(
        message_reports.hide_message, Scope.MESSAGES_MODERATE, failed=MessagePayload.failed
    )
    show_message: MessagePayload = mutation(
        message_reports.show_message, Scope.MESSAGES_MODERATE, failed=MessagePayload.failed
    )
    dismiss_message_report: MessageReportPayload = mutation(
        message_reports.dismiss_message_report,
        Scope.MESSAGES_MODERATE,
        failed=MessageReportPayload.failed,
    )


@strawberry.type
class MessageSubscriptions:
    """Streams."""

    conversation: ConversationUpdate = subscription(live_conversations.conversation, Scope.SELF)
    conversations: ConversationsUpdate = subscription(live_conversations.conversations, Scope.SELF)
