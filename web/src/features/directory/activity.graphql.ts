import { graphql } from "../../gql";

export const ActivityQuery = graphql(`
  query Activity($after: String, $kinds: [MarketplaceEventKind!]) {
    marketplaceEvents(first: 25, after: $after, kinds: $kinds, newestFirst: true) {
      nodes {
        cursor
        at
        kind
        subject {
          __typename
          ... on Node {
            id
          }
          ... on User {
            email
          }
          ... on Invitation {
            client {
              id
              coupleNames
            }
          }
          ... on Partnership {
            supplier {
              id
              businessName
            }
            couple {
              id
              partner1Name
              partner2Name
            }
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

export const ActivityStream = graphql(`
  subscription ActivityStream($kinds: [MarketplaceEventKind!]) {
    marketplaceEvents(kinds: $kinds) {
      cursor
    }
  }
`);
