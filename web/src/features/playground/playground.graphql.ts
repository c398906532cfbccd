import { graphql } from "../../gql";

export const EvaluateQuery = graphql(`
  query Evaluate($input: EvaluateFlagsInput!) {
    evaluateFlags(input: $input) {
      version
      flags {
        key
        value
        reason
        errorCode
        flagVersion
        explanation {
          bucket
          threshold
          matchedGroup
          steps
          nextChangeAt
          causedBy {
            id
            at
            action
            reason
            actor {
              ...ActorFields
            }
          }
        }
      }
    }
  }
`);

/** Whose id a link has brought along. */
export const PersonQuery = graphql(`
  query Person($id: ID!) {
    node(id: $id) {
      __typename
      ... on User {
        id
        email
      }
    }
  }
`);

export const PeopleQuery = graphql(`
  query People($search: String!) {
    suppliers(first: 5, search: $search) {
      nodes {
        id
        businessName
        email
        onboarding {
          id
          user {
            id
            email
          }
        }
      }
    }
    couples(first: 5, search: $search) {
      nodes {
        id
        partner1Name
        partner2Name
        onboarding {
          id
          user {
            id
            email
          }
        }
      }
    }
  }
`);
