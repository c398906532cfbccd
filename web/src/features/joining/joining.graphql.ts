import { graphql } from "../../gql";

/** Looks and consumes nothing: mail scanners do the same. */
export const CoupleInvitationQuery = graphql(`
  query CoupleInvitation($code: String!) {
    coupleInvitation(code: $code) {
      status
      inviter
      maskedEmail
      needsEmail
      expiresAt
      partner1Name
      partner2Name
      weddingDate
    }
  }
`);

export const DeclineCoupleInvitationMutation = graphql(`
  mutation DeclineCoupleInvitation($code: String!) {
    declineCoupleInvitation(code: $code) {
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

export const AcceptCoupleInvitationMutation = graphql(`
  mutation AcceptCoupleInvitation($input: AcceptCoupleInvitationInput!) {
    acceptCoupleInvitation(input: $input) {
      couple {
        id
        members {
          id
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
      errors {
        code
        message
        path
      }
    }
  }
`);
