import { graphql } from "../../gql";

export const StaffFields = graphql(`
  fragment StaffFields on User {
    id
    email
    role
    lastLoginAt
    disabledAt
    emailVerifiedAt
  }
`);

export const StaffQuery = graphql(`
  query Staff($after: String) {
    staff(first: 50, after: $after) {
      totalCount
      nodes {
        ...StaffFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const InviteStaffMutation = graphql(`
  mutation InviteStaff($email: EmailAddress!, $role: Role!) {
    done: inviteStaff(email: $email, role: $role) {
      user {
        ...StaffFields
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

export const ChangeRoleMutation = graphql(`
  mutation ChangeRole($id: ID!, $role: Role!) {
    done: changeStaffRole(id: $id, role: $role) {
      user {
        ...StaffFields
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const DisableMutation = graphql(`
  mutation Disable($id: ID!, $reason: String) {
    done: disableAccount(id: $id, reason: $reason) {
      user {
        ...StaffFields
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const EnableMutation = graphql(`
  mutation Enable($id: ID!) {
    done: enableAccount(id: $id) {
      user {
        ...StaffFields
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
