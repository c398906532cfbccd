import { type Cache, cacheExchange, type UpdateResolver } from "@urql/exchange-graphcache";

import { SystemHealthDocument } from "../gql/graphql";

/** Types without an id of their own: they live in the field that holds them. */
const EMBEDDED = [
  "HealthSnapshot", "LaunchReadiness", "ReadinessCheck", "ActivationPlan", "FlagDiff", "FlagState",
  "ExposureDelta", "RampStep", "PhaseFlag", "CriterionStatus", "Criterion", "RollbackPlan",
  "SystemActor", "PageInfo", "FeatureFlagConnection", "IncidentConnection",
  "LaunchEventConnection", "SuspectChange", "FlagSet", "FlagEvaluation", "Propagation",
  "MetricsSnapshot", "MetricCard", "MetricSeries", "MetricPoint", "SystemStatus",
  "ClientConnection", "PartnershipConnection", "OnboardingStep", "OnboardingNudge",
  "OnboardingBanner", "InvitationPreview", "Session",
  "Journey", "JourneyStep", "JourneyBreakdown", "HealthSlot", "Rehearsal", "RehearsedStep", "PhaseRunConnection",
  "AlertChannel", "AlertDelivery", "AlertDeliveryConnection", "AlertDeliveryEdge", "AlertTestResult",
  "ChangeConnection", "SupplierConnection", "CoupleConnection", "InvitationConnection", "OnboardingConnection",
  "MailConnection", "UserConnection", "SilenceConnection", "FlagExplanation",
  "UserError", "VersionConflictError", "NotReadyError",
];

/** Events are told apart by their place in the log. */
const EVENTS = [
  "PhaseEvent", "FlagEvent", "HealthEvent", "IncidentEvent", "CriterionEvent", "AlertEvent",
  "StreamGap",
];

/** Changed rows find their places by their ids; lists and what is counted have to be read again. */
export function launchCache() {
  return cacheExchange({
    keys: {
      ...Object.fromEntries(EMBEDDED.map((name) => [name, () => null])),
      ...Object.fromEntries(EVENTS.map((name) => [name, (event) => String(event.cursor)])),
    },
    updates: {
      Mutation: {
        addClient: ownListsChange,
        updateClient: ownListsChange,
        inviteClient: ownListsChange,
        revokeInvitation: ownListsChange,
      },
      Subscription: {
        systemHealth: (result, _args, cache) => {
          cache.updateQuery({ query: SystemHealthDocument }, (data) =>
            "systemHealth" in result ? (result as unknown as typeof data) : data,
          );
        },
        invitation: ownListsChange,
      },
    },
  });
}

/** What a supplier counts and lists: one client more, or one of another status. */
const ownListsChange: UpdateResolver = (_result, _args, cache) => {
  const supplier = supplierOf(cache);
  if (supplier === null) return;
  for (const { fieldName, fieldKey } of cache.inspectFields(supplier)) {
    if (fieldName === "clients" || fieldName === "onboarding") cache.invalidate(supplier, fieldKey);
  }
};

function supplierOf(cache: Cache): string | null {
  const viewer = cache.resolve("Query", "viewer");
  const supplier = typeof viewer === "string" ? cache.resolve(viewer, "supplier") : null;
  return typeof supplier === "string" ? supplier : null;
}
