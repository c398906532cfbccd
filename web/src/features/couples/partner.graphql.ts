import { graphql } from "../../gql";

export const PartnerFields = graphql(`
  fragment PartnerFields on Couple {
    id
    members {
      id
      email
      joinedAt
      isViewer
    }
    partnerInvitation {
      id
      status
      email
      createdAt
      expiresAt
    }
  }
`);

export const InviteToCoupleMutation = graphql(`
  mutation InviteToCouple($input: InviteToCoupleInput!) {
    inviteToCouple(input: $input) {
      invitation {
        id
        email
        acceptUrl
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const RevokeCoupleInvitationMutation = graphql(`
  mutation RevokeCoupleInvitation($id: ID!) {
    revokeCoupleInvitation(id: $id) {
      invitation {
        id
        status
      }
      errors {
        code
        message
      }
    }
  }
`);

export const RemoveCoupleMemberMutation = graphql(`
  mutation RemoveCoupleMember($id: ID!) {
    removeCoupleMember(id: $id) {
      couple {
        ...PartnerFields
      }
      errors {
        code
        message
      }
    }
  }
`);
