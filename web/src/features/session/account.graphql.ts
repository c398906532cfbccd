import { graphql } from "../../gql";

export const ConfirmEmailMutation = graphql(`
  mutation ConfirmEmail($token: String!) {
    confirmEmail(token: $token) {
      email
      errors {
        code
        message
        path
      }
    }
  }
`);

export const RequestEmailConfirmationMutation = graphql(`
  mutation RequestEmailConfirmation {
    requestEmailConfirmation {
      email
      errors {
        code
        message
        path
      }
    }
  }
`);

export const ChangeEmailMutation = graphql(`
  mutation ChangeEmail($newEmail: EmailAddress!, $currentPassword: String) {
    changeEmail(newEmail: $newEmail, currentPassword: $currentPassword) {
      email
      errors {
        code
        message
        path
      }
    }
  }
`);

export const MySessionsQuery = graphql(`
  query MySessions {
    mySessions {
      id
      createdAt
      ip
      userAgent
      current
    }
  }
`);

export const RevokeSessionMutation = graphql(`
  mutation RevokeSession($id: ID!) {
    revokeSession(id: $id)
  }
`);

export const RevokeOtherSessionsMutation = graphql(`
  mutation RevokeOtherSessions {
    revokeOtherSessions
  }
`);

export const DeleteAccountMutation = graphql(`
  mutation DeleteAccount($currentPassword: String) {
    deleteMyAccount(currentPassword: $currentPassword) {
      deleted
      errors {
        code
        message
        path
      }
    }
  }
`);
