import { graphql } from "../../gql";

export const NotificationFields = graphql(`
  fragment NotificationFields on Notification {
    id
    kind
    title
    text
    path
    createdAt
    readAt
  }
`);

export const NotificationsQuery = graphql(`
  query Notifications($after: String) {
    notifications(first: 25, after: $after) {
      unreadCount
      nodes {
        ...NotificationFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** For the bell, which streams keep up to date. */
export const NotificationCountQuery = graphql(`
  query NotificationCount {
    notifications(first: 0) {
      unreadCount
    }
  }
`);

export const NotificationsStream = graphql(`
  subscription NotificationsStream {
    notifications {
      unreadCount
      newest {
        ...NotificationFields
      }
    }
  }
`);

export const MarkNotificationReadMutation = graphql(`
  mutation MarkNotificationRead($id: ID!) {
    markNotificationRead(id: $id) {
      notification {
        id
        readAt
      }
      unreadCount
      errors {
        code
        message
      }
    }
  }
`);

export const MarkAllNotificationsReadMutation = graphql(`
  mutation MarkAllNotificationsRead {
    markAllNotificationsRead {
      unreadCount
      errors {
        code
        message
      }
    }
  }
`);

export const NotificationPreferencesQuery = graphql(`
  query NotificationPreferences {
    notificationPreferences {
      kind
      inApp
      email
    }
  }
`);

export const SetNotificationPreferenceMutation = graphql(`
  mutation SetNotificationPreference($input: NotificationPreferenceInput!) {
    setNotificationPreference(input: $input) {
      preferences {
        kind
        inApp
        email
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
