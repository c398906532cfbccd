import { graphql } from "../../gql";

export const PhaseFields = graphql(`
  fragment PhaseFields on LaunchPhase {
    id
    key
    name
    description
    position
    platforms
    status
    version
    plannedStartAt
    startedAt
    endedAt
    nextStepAt
    availableActions
    heldBy
    steps {
      index
      percentage
      holdSeconds
      requiresApproval
    }
    currentStep {
      index
      percentage
    }
    pause {
      author
      reason
      at
      actor {
        ...ActorFields
      }
    }
    rollbackPlan {
      mode
      manualSteps
    }
    successCriteria {
      verdict
      explanation
      value
      unit
      since
      criterion {
        key
        metric
        aggregation
        windowSeconds
        action
        threshold
        comparator
        dryRun
      }
    }
    verification {
      version
      verified
      summary
    }
    flags {
      target
      step
      ceiling
      ceilingBy
      inForce
      isReleased
      flag {
        id
        key
        name
        enabled
        rolloutPercentage
        kill {
          key
        }
        run {
          id
          outcome
          phase {
            id
            key
          }
        }
      }
    }
  }
`);

export const Refusal = graphql(`
  fragment Refusal on Error {
    code
    message
    path
    ... on InvalidTransitionError {
      possible
    }
  }
`);

export const PropagationFields = graphql(`
  fragment PropagationFields on Propagation {
    version
    startedAt
    processes
    total
    acked
    unknownProcesses
    unknownStreams
    confirmed
    p95Ms
    completeMs
    complete
    slowest
    withinBudget
  }
`);

export const PhasesQuery = graphql(`
  query Phases {
    launchPhases {
      ...PhaseFields
    }
  }
`);

export const PlanQuery = graphql(`
  query Plan($phaseId: ID!) {
    activationPlan(phaseId: $phaseId) {
      hash
      conflicts
      warnings
      changes {
        key
        before {
          enabled
          rolloutPercentage
          targetGroups
        }
        after {
          enabled
          rolloutPercentage
          targetGroups
        }
      }
      exposure {
        userType
        vendorType
        before
        after
        afterAll
      }
      losses {
        key
        before
        after
        people
      }
      isEstimate
      readiness {
        verdict
        token
        evaluatedAt
        expiresAt
        checks {
          key
          title
          ok
          blocking
          detail
        }
      }
    }
  }
`);

export const ActivateMutation = graphql(`
  mutation Activate($input: ActivateLaunchPhaseInput!) {
    activateLaunchPhase(input: $input) {
      phase {
        ...PhaseFields
      }
      propagation {
        ...PropagationFields
      }
      errors {
        ...Refusal
      }
    }
  }
`);

export const RollbackPreviewQuery = graphql(`
  query RollbackPreview($id: ID!) {
    rollbackPreview(phaseId: $id) {
      userImpact
      conflicts
      midStep {
        userType
        step
        people
        affected
      }
    }
  }
`);

export const RollBackMutation = graphql(`
  mutation RollBack($input: RollbackLaunchPhaseInput!) {
    rollbackLaunchPhase(input: $input) {
      phase {
        ...PhaseFields
      }
      incident {
        ...IncidentFields
      }
      restored {
        key
      }
      conflicts
      propagation {
        ...PropagationFields
      }
      errors {
        ...Refusal
      }
    }
  }
`);

export const PropagationStream = graphql(`
  subscription PropagationStream($version: Int!) {
    propagation(version: $version) {
      ...PropagationFields
    }
  }
`);

export const PauseMutation = graphql(`
  mutation Pause($input: PhaseActionInput!) {
    done: pauseLaunchPhase(input: $input) {
      phase {
        ...PhaseFields
      }
      warnings
      errors {
        ...Refusal
      }
    }
  }
`);

export const ResumeMutation = graphql(`
  mutation Resume($input: PhaseActionInput!) {
    done: resumeLaunchPhase(input: $input) {
      phase {
        ...PhaseFields
      }
      warnings
      errors {
        ...Refusal
      }
    }
  }
`);

export const AdvanceMutation = graphql(`
  mutation Advance($input: PhaseActionInput!) {
    done: advanceLaunchPhase(input: $input) {
      phase {
        ...PhaseFields
      }
      warnings
      errors {
        ...Refusal
      }
    }
  }
`);

export const CompleteMutation = graphql(`
  mutation Complete($input: PhaseActionInput!) {
    done: completeLaunchPhase(input: $input) {
      phase {
        ...PhaseFields
      }
      warnings
      errors {
        ...Refusal
      }
    }
  }
`);

export const RehearsalFields = graphql(`
  fragment RehearsalFields on PhaseRun {
    id
    number
    kind
    startedAt
    rehearsal {
      status
      stage
      failure
      judgements
      detectionSeconds
      decisionSeconds
      decidedBy
      explanation
      endedAt
      steps {
        percentage
        exposed
        people
      }
      propagation {
        ...PropagationFields
      }
    }
  }
`);

export const RehearsalsQuery = graphql(`
  query Rehearsals($key: String!) {
    launchPhase(key: $key) {
      id
      runs(first: 10) {
        nodes {
          ...RehearsalFields
        }
      }
    }
  }
`);

export const RehearseMutation = graphql(`
  mutation Rehearse($input: PhaseActionInput!) {
    rehearseLaunchPhase(input: $input) {
      run {
        ...RehearsalFields
      }
      errors {
        ...Refusal
      }
    }
  }
`);
