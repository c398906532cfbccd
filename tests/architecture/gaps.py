"""Where the graph is not (yet) what contract.graphql promises."""

_NOT_BUILT = """
    RateLimit Query.rateLimit

    User.supplier User.couple Supplier Couple Client Partnership
    SupplierConnection SupplierEdge CoupleConnection CoupleEdge ClientConnection ClientEdge
    PartnershipConnection PartnershipEdge ClientStatus ConnectionMethod
    Query.suppliers Query.couples
    AddClientInput UpdateClientInput ClientPayload
    Mutation.updateProfile Mutation.addClient Mutation.updateClient

    Invitation InvitationStatus InvitationConnection InvitationEdge InvitationPreview
    AcceptInvitationInput AcceptInvitationPayload InvitationPayload
    Query.invitation Query.invitations Mutation.inviteClient Mutation.resendInvitation
    Mutation.revokeInvitation Mutation.acceptInvitation Subscription.invitation

    Onboarding OnboardingStep OnboardingConnection OnboardingEdge OnboardingPayload
    Query.stalledOnboardings Mutation.completeOnboardingStep Mutation.requestAssistance
    Subscription.viewerOnboarding

    MetricCard MetricPoint MetricSeries MetricsSnapshot MetricSampleInput Trend Journey JourneyStep
    Query.launchMetrics Query.metricSeries Mutation.recordMetrics
    Subscription.launchMetrics Subscription.journeys


    LaunchReport PhaseRun.report ReadinessCheck.evidence FeatureFlag.lastEvaluatedAt
    CriterionEvent AlertEvent
    Query.launchState Subscription.replay
    Webhook WebhookPayload Mutation.createWebhook
"""
# Shrinks as topics are built: what exists must not stand here.
NOT_BUILT = frozenset(_NOT_BUILT.split())

# Built, but otherwise: (promised, ours, reason).
DIFFERENCES = {
    "FeatureFlag.exposedUsers": ("Int", "Int!", "the count is always known"),
    "Change.subject": ("Node!", "Node", "what was changed may have been deleted since"),
}

# Open to everybody beyond what is promised.
PUBLIC_ADDITIONS = frozenset({"Mutation.acknowledgeFlags"})
