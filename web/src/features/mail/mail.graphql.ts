import { graphql } from "../../gql";

export const MailFields = graphql(`
  fragment MailFields on Mail {
    id
    kind
    recipient
    subject
    status
    createdAt
    sentAt
    failedAt
    attempts
    lastError
  }
`);

export const MailsQuery = graphql(`
  query Mails($after: String, $status: [MailStatus!]) {
    mails(first: 25, after: $after, status: $status) {
      nodes {
        ...MailFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const RetryMailMutation = graphql(`
  mutation RetryMail($id: ID!) {
    done: retryMail(id: $id) {
      mail {
        ...MailFields
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const CancelMailMutation = graphql(`
  mutation CancelMail($id: ID!) {
    done: cancelMail(id: $id) {
      mail {
        ...MailFields
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
