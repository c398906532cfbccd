import { graphql } from "../../gql";

export const PhaseFields = graphql(`
  fragment PhaseFields on LaunchPhase {
    id key name description position platforms status version
    plannedStartAt startedAt endedAt nextStepAt availableActions
    steps { index percentage holdSeconds requiresApproval }
    currentStep { index percentage }
    rollbackPlan { mode manualSteps }
    successCriteria {
      verdict explanation value
      criterion { key metric action threshold comparator }
    }
    flags { targetPercentage flag { id key name enabled rolloutPercentage } }
  }
`);

export const PhasesQuery = graphql(`
  query Phases { launchPhases { ...PhaseFields } }
`);

export const PlanQuery = graphql(`
  query Plan($phaseId: ID!) {
    activationPlan(phaseId: $phaseId) {
      hash
      conflicts
      changes {
        key
        before { enabled rolloutPercentage }
        after { enabled rolloutPercentage }
      }
      exposure { userType vendorType before after }
      readiness {
        verdict token
        checks { key title ok blocking detail }
      }
    }
  }
`);

export const ActivateMutation = graphql(`
  mutation Activate($input: ActivateLaunchPhaseInput!) {
    activateLaunchPhase(input: $input) { phase { ...PhaseFields } errors { code message } }
  }
`);

export const RollBackMutation = graphql(`
  mutation RollBack($input: RollbackLaunchPhaseInput!) {
    rollbackLaunchPhase(input: $input) {
      phase { ...PhaseFields }
      incident { ...IncidentFields }
      restored { key }
      conflicts
      errors { code message }
    }
  }
`);

export const PauseMutation = graphql(`
  mutation Pause($input: PhaseActionInput!) {
    pauseLaunchPhase(input: $input) { phase { ...PhaseFields } errors { code message } }
  }
`);

export const ResumeMutation = graphql(`
  mutation Resume($input: PhaseActionInput!) {
    resumeLaunchPhase(input: $input) { phase { ...PhaseFields } errors { code message } }
  }
`);

export const AdvanceMutation = graphql(`
  mutation Advance($input: PhaseActionInput!) {
    advanceLaunchPhase(input: $input) { phase { ...PhaseFields } errors { code message } }
  }
`);

export const CompleteMutation = graphql(`
  mutation Complete($input: PhaseActionInput!) {
    completeLaunchPhase(input: $input) { phase { ...PhaseFields } errors { code message } }
  }
`);
