import { Client, fetchExchange, gql } from "@urql/core";
import { expect, test } from "vitest";

import { launchCache } from "./cache";

/** A client whose server gives this answer. */
function answering(data: object): Client {
  return new Client({
    url: "http://graph.example/graphql",
    preferGetMethod: false,
    fetch: () => Promise.resolve(Response.json({ data })),
    exchanges: [launchCache(), fetchExchange],
  });
}

test("a fragment on an interface keeps its fields, whatever kind it meets", async () => {
  const failure = { code: "CONFLICT", message: "Somebody was faster." };
  const errors = [{ __typename: "VersionConflictError", ...failure }];
  const client = answering({ closeIncident: { __typename: "IncidentPayload", errors } });
  const { data } = await client.mutation<{ closeIncident: { errors: unknown[] } }>(
    gql`
      fragment Failure on Error {
        code
        message
      }
      mutation ($id: ID!) {
        closeIncident(id: $id) {
          errors {
            ...Failure
          }
        }
      }
    `,
    { id: "1" },
  );
  expect(data?.closeIncident.errors).toEqual([failure]);
});
