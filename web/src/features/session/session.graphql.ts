import { graphql } from "../../gql";

export const ViewerQuery = graphql(`
  query Viewer {
    viewer {
      id
      email
      emailVerifiedAt
      role
      userType
    }
  }
`);

export const LogInMutation = graphql(`
  mutation LogIn($email: EmailAddress!, $password: String!) {
    logIn(email: $email, password: $password) {
      session {
        expiresAt
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const LogOutMutation = graphql(`
  mutation LogOut {
    logOut
  }
`);

export const SignUpMutation = graphql(`
  mutation SignUp($input: SignUpInput!) {
    signUp(input: $input) {
      session {
        expiresAt
        user {
          id
          role
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

export const RequestPasswordResetMutation = graphql(`
  mutation RequestPasswordReset($email: EmailAddress!) {
    requestPasswordReset(email: $email)
  }
`);

export const RequestLogInLinkMutation = graphql(`
  mutation RequestLogInLink($email: EmailAddress!, $invitation: String) {
    requestLogInLink(email: $email, invitation: $invitation)
  }
`);

export const LogInByLinkMutation = graphql(`
  mutation LogInByLink($token: String!) {
    logInByLink(token: $token) {
      session {
        expiresAt
        user {
          id
          role
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

export const ResetPasswordMutation = graphql(`
  mutation ResetPassword($token: String!, $newPassword: String!) {
    resetPassword(token: $token, newPassword: $newPassword) {
      session {
        expiresAt
        user {
          id
          role
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

export const ChangePasswordMutation = graphql(`
  mutation ChangePassword($currentPassword: String, $newPassword: String!) {
    changePassword(currentPassword: $currentPassword, newPassword: $newPassword) {
      errors {
        code
        message
        path
      }
    }
  }
`);
