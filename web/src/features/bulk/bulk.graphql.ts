import { graphql } from "../../gql";

export const BulkFields = graphql(`
  fragment BulkFields on BulkInvitation {
    id
    createdAt
    status
    heldBy
    progress {
      total
      sent
      waiting
      notSent
      stopped
      withinADay
      lastAt
    }
    refused: items(first: 20, status: [NOT_SENT]) {
      position
      reason
      client {
        id
        coupleNames
      }
    }
    held: items(first: 20, status: [WAITING]) {
      position
      reason
      client {
        id
        coupleNames
      }
    }
  }
`);

export const BulkInvitationQuery = graphql(`
  query BulkInvitation {
    viewer {
      id
      supplier {
        id
        bulkInvitation {
          ...BulkFields
        }
      }
    }
  }
`);

/** How far the newest one is, wherever it was started. */
export const BulkInvitationStream = graphql(`
  subscription BulkInvitationStream {
    bulkInvitation {
      ...BulkFields
    }
  }
`);

export const InviteClientsMutation = graphql(`
  mutation InviteClients($input: InviteClientsInput!) {
    inviteClients(input: $input) {
      bulkInvitation {
        ...BulkFields
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const StopBulkInvitationMutation = graphql(`
  mutation StopBulkInvitation($id: ID!) {
    stopBulkInvitation(id: $id) {
      bulkInvitation {
        ...BulkFields
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
