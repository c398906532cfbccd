import { graphql } from "../../gql";

export const ChannelsQuery = graphql(`
  query AlertChannels {
    alertChannels {
      name
      minimumSeverity
      lastSuccessAt
      lastFailureAt
      lastError
      lastTestAt
    }
  }
`);

export const DeliveriesQuery = graphql(`
  query AlertDeliveries($after: String, $incidentId: ID) {
    alertDeliveries(first: 10, after: $after, incidentId: $incidentId) {
      edges {
        cursor
        node {
          key
          kind
          channel
          severity
          title
          createdAt
          sentAt
          delivered
          finished
          attempts
          lastError
          latencyMs
          incident {
            id
            number
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const TestAlertMutation = graphql(`
  mutation SendTestAlert {
    sendTestAlert {
      results {
        channel
        delivered
        latencyMs
        error
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
