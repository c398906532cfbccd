import { graphql } from "../gql";

/** A probe: only the arrival of a response counts. */
export const ContactQuery = graphql(`
  query Contact {
    __typename
  }
`);
