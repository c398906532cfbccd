import { graphql } from "../../gql";

export const MessageFields = graphql(`
  fragment MessageFields on Message {
    id
    position
    revision
    side
    text
    sentAt
    isHidden
    hiddenReason
    isMine
  }
`);

export const ConversationFields = graphql(`
  fragment ConversationFields on Conversation {
    id
    title
    isOpen
    lastActivityAt
    lastPosition
    revision
    readPosition
    unreadCount
  }
`);

export const ConversationsQuery = graphql(`
  query Conversations($after: String) {
    conversations(first: 25, after: $after) {
      nodes {
        ...ConversationFields
        lastMessage {
          ...MessageFields
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** The unread count, and each conversation that changes. */
export const ConversationsStream = graphql(`
  subscription ConversationsStream {
    conversations {
      unreadConversations
      changed {
        ...ConversationFields
        lastMessage {
          ...MessageFields
        }
      }
    }
  }
`);

export const ThreadQuery = graphql(`
  query Thread($id: ID!, $before: String) {
    node(id: $id) {
      id
      ... on Conversation {
        ...ConversationFields
        partnership {
          id
          contacts {
            side
            name
            email
            phone
          }
        }
        messages(last: 50, before: $before) {
          nodes {
            ...MessageFields
          }
          pageInfo {
            hasPreviousPage
            startCursor
          }
        }
      }
    }
  }
`);

export const ConversationStream = graphql(`
  subscription ConversationStream($id: ID!) {
    conversation(id: $id) {
      conversation {
        ...ConversationFields
      }
      messages {
        ...MessageFields
      }
    }
  }
`);

export const SendMessageMutation = graphql(`
  mutation SendMessage($input: SendMessageInput!) {
    sendMessage(input: $input) {
      message {
        ...MessageFields
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const MarkConversationReadMutation = graphql(`
  mutation MarkConversationRead($input: MarkConversationReadInput!) {
    markConversationRead(input: $input) {
      conversation {
        ...ConversationFields
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const ReportMessageMutation = graphql(`
  mutation ReportMessage($input: MessageReasonInput!) {
    reportMessage(input: $input) {
      message {
        id
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
