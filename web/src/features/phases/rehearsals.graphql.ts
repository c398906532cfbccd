import { graphql } from "../../gql";

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
