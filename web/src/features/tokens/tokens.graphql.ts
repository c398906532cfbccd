import { graphql } from "../../gql";

export const TokenFields = graphql(`
  fragment TokenFields on ApiToken {
    id
    name
    prefix
    scopes
    expiresAt
    lastUsedAt
    revokedAt
  }
`);

export const TokensQuery = graphql(`
  query Tokens {
    apiTokens {
      ...TokenFields
    }
  }
`);

export const CreateTokenMutation = graphql(`
  mutation CreateToken($name: String!, $scopes: [Scope!]!, $expiresAt: DateTime) {
    createApiToken(name: $name, scopes: $scopes, expiresAt: $expiresAt) {
      token {
        ...TokenFields
      }
      secret
      errors {
        code
        message
        path
      }
    }
  }
`);

export const RevokeTokenMutation = graphql(`
  mutation RevokeToken($id: ID!) {
    revokeApiToken(id: $id) {
      token {
        ...TokenFields
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
