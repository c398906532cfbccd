import { graphql } from "../../gql";

/** Looks and consumes nothing: mail scanners do the same. */
export const PreviewQuery = graphql(`
  query Preview($code: String!) {
    invitation(code: $code) {
      status
      supplierName
      vendorType
      maskedEmail
      needsEmail
      expiresAt
      partner1Name
      partner2Name
      weddingDate
    }
  }
`);

export const OpenInvitationMutation = graphql(`
  mutation OpenInvitation($code: String!) {
    openInvitation(code: $code) {
      invitation {
        status
      }
      errors {
        code
        message
      }
    }
  }
`);

export const DeclineInvitationMutation = graphql(`
  mutation DeclineInvitation($code: String!) {
    declineInvitation(code: $code) {
      invitation {
        status
      }
      errors {
        code
        message
      }
    }
  }
`);

export const RequestNewLinkMutation = graphql(`
  mutation RequestNewLink($code: String!) {
    requestNewLink(code: $code) {
      received
      errors {
        code
        message
      }
    }
  }
`);

export const AcceptInvitationMutation = graphql(`
  mutation AcceptInvitation($input: AcceptInvitationInput!) {
    acceptInvitation(input: $input) {
      partnership {
        id
        isActive
        supplier {
          id
          businessName
        }
      }
      session {
        expiresAt
        user {
          id
          email
        }
      }
      alreadyAccepted
      warnings
      errors {
        code
        message
        path
      }
    }
  }
`);
