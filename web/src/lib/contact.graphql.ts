import { graphql } from "../gql";

/** Asks for nothing: that there is an answer is the answer. */
export const ContactQuery = graphql(`
  query Contact {
    __typename
  }
`);
