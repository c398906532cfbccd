import { graphql } from "../../gql";

export const SilenceFields = graphql(`
  fragment SilenceFields on Silence {
    id
    startsAt
    endsAt
    reason
    checks
    holdsCriteria
    status
    createdBy {
      ...ActorFields
    }
  }
`);

export const SilencesQuery = graphql(`
  query Silences {
    silences(first: 20) {
      nodes {
        ...SilenceFields
      }
    }
  }
`);

export const CreateSilenceMutation = graphql(`
  mutation CreateSilence($input: CreateSilenceInput!) {
    createSilence(input: $input) {
      silence {
        id
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const DependentsQuery = graphql(`
  query Dependents {
    launchPhases(status: [ACTIVE, PAUSED]) {
      id
      name
      successCriteria {
        criterion {
          key
          checks
        }
      }
    }
  }
`);

export const EndSilenceMutation = graphql(`
  mutation EndSilence($id: ID!) {
    endSilence(id: $id) {
      silence {
        id
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
