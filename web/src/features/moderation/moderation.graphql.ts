import { graphql } from "../../gql";

export const MessageReportsQuery = graphql(`
  query MessageReports($after: String, $isOpen: Boolean) {
    messageReports(first: 25, after: $after, isOpen: $isOpen) {
      totalCount
      nodes {
        id
        messageId
        reportedText
        reason
        createdAt
        resolvedAt
        outcome
        message {
          id
          side
          sentAt
          isHidden
          hiddenReason
        }
        supplierName
        coupleNames
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const HideMessageMutation = graphql(`
  mutation HideMessage($input: MessageReasonInput!) {
    hideMessage(input: $input) {
      message {
        id
        isHidden
        hiddenReason
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const ShowMessageMutation = graphql(`
  mutation ShowMessage($input: MessageReasonInput!) {
    showMessage(input: $input) {
      message {
        id
        isHidden
        hiddenReason
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const DismissMessageReportMutation = graphql(`
  mutation DismissMessageReport($input: DismissMessageReportInput!) {
    dismissMessageReport(input: $input) {
      report {
        id
        resolvedAt
        outcome
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
