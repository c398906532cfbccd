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

export const PhasesQuery = graphql(`
  query Phases {
    launchPhases {
      ...PhaseFields
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
