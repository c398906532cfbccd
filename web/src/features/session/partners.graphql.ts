import { graphql } from "../../gql";

export const EndPartnershipMutation = graphql(`
  mutation EndPartnership($id: ID!) {
    endPartnership(id: $id) {
      partnership {
        ...PartnershipFields
      }
      errors {
        code
        message
      }
    }
  }
`);

export const BlockPartnerMutation = graphql(`
  mutation BlockPartner($id: ID!) {
    blockPartner(id: $id) {
      partnership {
        ...PartnershipFields
      }
      errors {
        code
        message
      }
    }
  }
`);

export const UnblockPartnerMutation = graphql(`
  mutation UnblockPartner($id: ID!) {
    unblockPartner(id: $id) {
      partnership {
        ...PartnershipFields
      }
      errors {
        code
        message
      }
    }
  }
`);

export const BlockedPartnersQuery = graphql(`
  query BlockedPartners {
    blockedPartners {
      partnershipId
      name
      since
    }
  }
`);

export const InvitationEmailsQuery = graphql(`
  query InvitationEmails {
    invitationEmailsEnabled
  }
`);

export const SetInvitationEmailsMutation = graphql(`
  mutation SetInvitationEmails($enabled: Boolean!) {
    setInvitationEmails(enabled: $enabled) {
      enabled
      errors {
        code
        message
      }
    }
  }
`);
