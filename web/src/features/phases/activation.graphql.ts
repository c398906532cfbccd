import { graphql } from "../../gql";

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
