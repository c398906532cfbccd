import { graphql } from "../gql";

export const ActorFields = graphql(`
  fragment ActorFields on Actor {
    __typename
    ... on User {
      id
      email
    }
    ... on ApiToken {
      id
      name
    }
    ... on SystemActor {
      component
    }
  }
`);
