import { graphql } from "../../gql";

export const ChangeFields = graphql(`
  fragment ChangeFields on Change {
    id
    at
    action
    before
    after
    reason
    revertible
    actor {
      ...ActorFields
    }
    subject {
      __typename
      id
      ... on FeatureFlag {
        key
        name
      }
      ... on LaunchPhase {
        key
        name
      }
      ... on ApiToken {
        name
        prefix
      }
    }
    reverts {
      id
      action
    }
  }
`);

export const ChangesQuery = graphql(`
  query Changes($after: String, $subject: [ChangeSubject!], $since: DateTime) {
    changes(first: 30, after: $after, subject: $subject, since: $since) {
      nodes {
        ...ChangeFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const RevertMutation = graphql(`
  mutation Revert($id: ID!, $reason: String!) {
    revertChange(changeId: $id, reason: $reason) {
      flag {
        ...FlagFields
      }
      warnings
      errors {
        code
        message
        path
      }
    }
  }
`);
