import { graphql } from "../../gql";

export const StandingFields = graphql(`
  fragment StandingFields on Onboarding {
    id
    userType
    percentComplete
    currentStep
    stuckAtStep
    assistanceNeeded
    assistanceMessage
    completedAt
    lastActivityAt
    user {
      id
      email
    }
  }
`);

export const SuppliersQuery = graphql(`
  query Suppliers($after: String, $search: String, $vendorType: VendorType) {
    suppliers(first: 25, after: $after, search: $search, vendorType: $vendorType) {
      totalCount
      nodes {
        id
        email
        businessName
        vendorType
        firstValueAt
        onboarding {
          ...StandingFields
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const CouplesQuery = graphql(`
  query Couples($after: String, $search: String) {
    couples(first: 25, after: $after, search: $search) {
      totalCount
      nodes {
        id
        partner1Name
        partner2Name
        weddingDate
        firstConnectionAt
        onboarding {
          ...StandingFields
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const InvitationsQuery = graphql(`
  query Invitations($after: String, $status: [InvitationStatus!]) {
    invitations(first: 25, after: $after, status: $status) {
      totalCount
      nodes {
        id
        channel
        email
        status
        sentAt
        openedAt
        acceptedAt
        expiresAt
        resendCount
        hint {
          kind
          message
        }
        client {
          id
          coupleNames
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const StalledQuery = graphql(`
  query Stalled($after: String, $userType: UserType, $olderThanSeconds: Int) {
    stalledOnboardings(first: 25, after: $after, userType: $userType, olderThanSeconds: $olderThanSeconds) {
      nodes {
        ...StandingFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** Sent when a user makes progress, and every 30 s. */
export const PeopleStream = graphql(`
  subscription PeopleStream {
    journeys {
      key
    }
  }
`);

export const AnswerMutation = graphql(`
  mutation AnswerAssistance($id: ID!) {
    answerAssistance(id: $id) {
      onboarding {
        ...StandingFields
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
