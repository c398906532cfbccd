"""Where the graph is not (yet) what contract.graphql promises."""

_NOT_BUILT = """
"""
# Shrinks as topics are built: what exists must not stand here.
NOT_BUILT = frozenset(_NOT_BUILT.split())

# Built, but otherwise: (promised, ours, reason).
DIFFERENCES = {
    "FeatureFlag.exposedUsers": ("Int", "Int!", "the count is always known"),
    "Change.subject": ("Node!", "Node", "what was changed may have been deleted since"),
}

# Open to everybody beyond what is promised.
PUBLIC_ADDITIONS = frozenset(
    {
        "Query.systemStatus",
        "Mutation.acknowledgeFlags",
        "Mutation.confirmEmail",
        "Mutation.openInvitation",
        "Mutation.declineInvitation",
    }
)
