import { graphql } from "../../gql";

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
