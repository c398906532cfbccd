"""Which queries of our pages have a plan (ADR 32); one that has none says why."""

import re
from functools import cache

from graphql import (
    DocumentNode,
    OperationDefinitionNode,
    OperationType,
    Undefined,
    concat_ast,
    parse,
)

from db.reads.base import NoPlan
from server.compat import core_schema
from server.execution.planner import plan_query
from server.execution.selection import Selection, directive_variables, fragments_by_name
from server.execution.variables import parse_variables
from server.graph import schema
from tests.architecture.source import ROOT

GRAPH = core_schema(schema)
MEMORY = "shows what the process has in memory"
SERVICE = "a service works it out"
OWN = "begins with `viewer` or `node`: rows are within reach by rules of their own"
MORE = "asks for fields with resolvers of their own, of few rows and by the staff alone"
NOT_YET = "rows that have no read yet"
# An operation that gets a plan leaves the list.
UNPLANNED = {
    "ViewerFlags": MEMORY, "GuardedOperations": MEMORY, "SystemHealth": MEMORY,
    "HealthHistory": MEMORY, "SystemStatus": MEMORY,
    "AlertChannels": MEMORY, "Metrics": MEMORY, "Journeys": MEMORY,
    "FlagChangePreview": SERVICE, "Plan": SERVICE, "RollbackPreview": SERVICE, "Evaluate": SERVICE,
    "Preview": SERVICE, "Clients": OWN, "BulkInvitation": OWN, "Overview": OWN,
    "Partnerships": OWN, "CoupleProfile": OWN,
    "Setup": OWN, "Viewer": OWN, "SupplierProfile": OWN, "Dashboard": OWN, "MySessions": OWN,
    "Suspects": OWN, "Person": OWN, "Flag": MORE, "FlagChanges": MORE, "Phases": MORE,
    "Rehearsals": MORE, "Dependents": MORE, "Incident": MORE, "Timeline": MORE,
    "Activity": MORE, "MessageReports": MORE,
    "EpisodeSuspects": MORE, "Assignees": NOT_YET,
    "Suppliers": NOT_YET, "Couples": NOT_YET, "Invitations": NOT_YET, "Stalled": NOT_YET,
    "CoupleInvitation": OWN, "DocumentsToAccept": OWN, "LegalDocuments": MEMORY,
    "Notifications": OWN, "NotificationCount": OWN, "NotificationPreferences": OWN,
    "Conversations": OWN, "Thread": OWN, "BlockedPartners": SERVICE, "InvitationEmails": SERVICE,
    "People": NOT_YET, "Changes": MORE, "AlertDeliveries": NOT_YET,
    "Silences": NOT_YET, "Mails": NOT_YET, "Staff": NOT_YET, "Tokens": NOT_YET,
}  # fmt: skip
_DOCUMENT = re.compile(r"graphql\(`(.*?)`\)", re.DOTALL)


@cache
def document() -> DocumentNode:
    """All operations and fragments of the pages."""
    files = sorted((ROOT / "web" / "src").rglob("*.graphql.ts"))
    return concat_ast(
        [parse(text) for file in files for text in _DOCUMENT.findall(file.read_text())]
    )


def queries() -> dict[str, OperationDefinitionNode]:
    operations = [
        node for node in document().definitions if isinstance(node, OperationDefinitionNode)
    ]
    return {
        node.name.value: node
        for node in operations
        if node.operation is OperationType.QUERY and node.name is not None
    }


def reason(operation: OperationDefinitionNode) -> str | None:
    """Why it has no plan where nothing is given that need not be; None where it has one."""
    deciding = directive_variables(document())
    variables = parse_variables(GRAPH, operation, deciding)
    values = [
        (True if item.decides else "x") if item.is_required else Undefined for item in variables
    ]
    decided = {item.name: bool(value) for item, value in zip(variables, values, strict=True)}
    selection = Selection(GRAPH, fragments_by_name(document()), decided)
    try:
        plan_query(selection, operation, variables, values, sees_private_data=True)
    except NoPlan as why:
        return str(why)
    return None


def test_every_page_query_has_a_plan_or_a_reason() -> None:
    without = {name: why for name, node in queries().items() if (why := reason(node)) is not None}
    assert without.keys() == UNPLANNED.keys(), without
