import { graphql } from "../../gql";

export const SupplierProfileQuery = graphql(`
  query SupplierProfile {
    viewer {
      id
      email
      supplier {
        id
        email
        businessName
        vendorType
        phone
        onboarding {
          ...OnboardingFields
        }
      }
    }
  }
`);

export const DashboardQuery = graphql(`
  query Dashboard {
    viewer {
      id
      supplier {
        id
        businessName
        onboarding {
          ...OnboardingFields
        }
        nextWeddings {
          id
          coupleNames
          weddingDate
          conversation {
            id
            unreadCount
          }
        }
        endingInvitations {
          id
          expiresAt
          client {
            id
            coupleNames
          }
        }
        all: clients(first: 5) {
          totalCount
          nodes {
            ...ClientFields
          }
        }
        added: clients(first: 1, status: ADDED) {
          totalCount
        }
        invited: clients(first: 1, status: INVITED) {
          totalCount
        }
        connected: clients(first: 1, status: CONNECTED) {
          totalCount
        }
      }
    }
    conversations(first: 5) {
      unreadConversations
      nodes {
        id
        title
        unreadCount
      }
    }
  }
`);
