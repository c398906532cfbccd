import { graphql } from "../../gql";

export const ViewerQuery = graphql(`
  query Viewer {
    viewer { id email role userType }
  }
`);

export const LogInMutation = graphql(`
  mutation LogIn($email: EmailAddress!, $password: String!) {
    logIn(email: $email, password: $password) {
      session { expiresAt user { id email role userType } }
      errors { code message path }
    }
  }
`);

export const LogOutMutation = graphql(`
  mutation LogOut { logOut }
`);
