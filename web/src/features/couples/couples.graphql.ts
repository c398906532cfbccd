import { graphql } from "../../gql";

export const PartnershipFields = graphql(`
  fragment PartnershipFields on Partnership {
    id
    method
    connectedAt
    isActive
    supplier {
      id
      businessName
      vendorType
      email
    }
    contacts {
      side
      name
      email
      phone
    }
    conversation {
      id
      unreadCount
      isOpen
      lastActivityAt
      lastMessage {
        id
        text
        sentAt
        isMine
        isHidden
      }
    }
  }
`);

export const OverviewQuery = graphql(`
  query Overview {
    viewer {
      id
      couple {
        id
        partner1Name
        partner2Name
        weddingDate
        ...PartnerFields
        onboarding {
          ...OnboardingFields
        }
        partnerships(first: 5) {
          nodes {
            ...PartnershipFields
          }
          pageInfo {
            hasNextPage
          }
        }
      }
    }
  }
`);

export const PartnershipsQuery = graphql(`
  query Partnerships($after: String) {
    viewer {
      id
      couple {
        id
        partnerships(first: 25, after: $after) {
          nodes {
            ...PartnershipFields
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  }
`);

/** Each partnership that is new or has changed, wherever that was done; the cache reads the lists again. */
export const PartnershipsStream = graphql(`
  subscription PartnershipsStream {
    partnerships {
      changed {
        ...PartnershipFields
      }
    }
  }
`);

export const CoupleProfileQuery = graphql(`
  query CoupleProfile {
    viewer {
      id
      email
      couple {
        id
        partner1Name
        partner2Name
        weddingDate
        phone
        ...PartnerFields
        onboarding {
          ...OnboardingFields
        }
      }
    }
  }
`);

/** What either partner changes, and who they are; the cache shows it on every page. */
export const ViewerCoupleStream = graphql(`
  subscription ViewerCoupleStream {
    viewerCouple {
      id
      partner1Name
      partner2Name
      weddingDate
      phone
      ...PartnerFields
    }
  }
`);
