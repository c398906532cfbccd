"""Names that random documents use."""


def _names(text: str) -> list[str]:
    return text.split()


FLAG = _names(
    "id key name description enabled rolloutPercentage ownerEnabled ownerPercentage "
    "ownerChoseZero targetGroups bucketBy clientVisible cohort version createdAt updatedAt "
    "__typename"
)
LINK = _names(
    "targetPercentage target configuredTarget step ceiling ceilingBy inForce isReleased position"
)
PHASE = _names(
    "id key name description position platforms status plannedStartAt plannedEndAt startedAt "
    "endedAt cohort version createdAt updatedAt __typename"
)
RUN = _names("id number kind startedAt endedAt outcome __typename")
KILL = _names("key source at reason isRecorded __typename")
SUPPLIER = _names("id email businessName vendorType firstValueAt __typename")
CLIENT = _names("id coupleNames email weddingDate status notes __typename")
COUPLE = _names("id partner1Name partner2Name weddingDate firstConnectionAt")
INVITATION = _names(
    "id channel email expiresAt sentAt openedAt acceptedAt resendCount acceptUrl status"
)
INCIDENT = _names(
    "id number type severity title description userImpact status dedupKey occurrences "
    "acknowledgedAt resolutionNotes createdAt resolvedAt version __typename"
)
EPISODE = _names(
    "number title description severity beganAt firstBadAt detectedAt acknowledgedAt endedAt "
    "currentValue unit explanation observedAt resolutionNotes __typename"
)
CHANGE = _names("id at action kind before after reason __typename")
EVENT = _names("cursor at recordedAt occurredAt summary __typename")
OF_EVENTS = (
    "... on HealthEvent { healthFrom: from to }", "... on KillEvent { key killed reason }",
    "... on AlertEvent { channel delivered latencyMs }", "... on StreamGap { missed }",
    "... on PhaseEvent { from to phase { id key status } }",
    "... on IncidentEvent { note incident { number title acknowledgedAt phase { key } } }",
    "... on FlagEvent { diff { key } }", "... on FlagEvent { cursor }",
)  # fmt: skip
ACTOR = _names(
    "User:id User:role User:userType User:email ApiToken:name ApiToken:scopes ApiToken:expiresAt "
    "ApiToken:id SystemActor:component"
)
UNPLANNED = {
    "Incident": "affectedFeatures { key }",
    "Change": "revertible",
    "FeatureFlag": "staleness",
    "LaunchPhase": "availableActions",
    "Supplier": "partnerships(first: 1) { nodes { id } }",
    "Client": "invitation { hint { kind } }",
}
PLACES = ("null", '"MQ"', '"no cursor"', "$after", "$none", '"WyIyMDI2LTAxLTAxIl0"')
VARIABLES = {
    "first": "Int = 2", "after": "String", "none": "Int", "no": "Boolean = false",
    "yes": "Boolean!", "enabled": "Boolean", "phase": "ID", "status": "[PhaseStatus!]",
    "vendor": "VendorType", "stage": "ClientStatus", "since": "DateTime",
    "states": "[IncidentStatus!]", "severities": "[Severity!]",
}  # fmt: skip
SIZES = ("0", "1", "2", "3", "7", "100", "101", "-1", "null", "$first", "$none")
