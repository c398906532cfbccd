import { graphql } from "../../gql";

export const InvitationFields = graphql(`
  fragment InvitationFields on Invitation {
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
      nextStep
      message
    }
  }
`);

export const ClientFields = graphql(`
  fragment ClientFields on Client {
    id
    coupleNames
    email
    weddingDate
    status
    notes
    communicationStatus
    lastActivityAt
    conversation {
      id
      unreadCount
      isOpen
    }
    partnership {
      id
    }
    invitation {
      ...InvitationFields
    }
  }
`);

export const ClientsQuery = graphql(`
  query Clients($after: String, $status: ClientStatus, $search: String) {
    viewer {
      id
      supplier {
        id
        clients(first: 25, after: $after, status: $status, search: $search) {
          totalCount
          nodes {
            ...ClientFields
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
        uninvited: clients(first: 1, status: ADDED) {
          totalCount
        }
        bulkInvitation {
          id
          status
        }
      }
    }
  }
`);

/** An invitation with its client: both change together. */
export const InvitationStream = graphql(`
  subscription InvitationStream($id: ID!) {
    invitation(id: $id) {
      ...InvitationFields
      client {
        id
        status
      }
    }
  }
`);

/** Each client that is new or has changed, wherever that was done; the cache reads the lists again. */
export const ClientsStream = graphql(`
  subscription ClientsStream {
    clients {
      changed {
        ...ClientFields
      }
    }
  }
`);

export const AddClientMutation = graphql(`
  mutation AddClient($input: AddClientInput!) {
    addClient(input: $input) {
      client {
        ...ClientFields
      }
      warnings
      errors {
        code
        message
        path
      }
    }
  }
`);

export const UpdateClientMutation = graphql(`
  mutation UpdateClient($input: UpdateClientInput!) {
    updateClient(input: $input) {
      client {
        ...ClientFields
      }
      warnings
      errors {
        code
        message
        path
      }
    }
  }
`);

/** The link is in this answer only. */
export const InviteClientMutation = graphql(`
  mutation InviteClient($clientId: ID!, $email: EmailAddress, $channel: InvitationChannel, $idempotencyKey: String) {
    inviteClient(clientId: $clientId, email: $email, channel: $channel, idempotencyKey: $idempotencyKey) {
      invitation {
        ...InvitationFields
        acceptUrl
        client {
          ...ClientFields
        }
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const ResendInvitationMutation = graphql(`
  mutation ResendInvitation($id: ID!) {
    resendInvitation(id: $id) {
      invitation {
        ...InvitationFields
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

export const RevokeInvitationMutation = graphql(`
  mutation RevokeInvitation($id: ID!) {
    revokeInvitation(id: $id) {
      invitation {
        ...InvitationFields
        client {
          id
          status
        }
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
