import { graphql } from "../../gql";

export const EvaluateQuery = graphql(`
  query Evaluate($input: EvaluateFlagsInput!) {
    evaluateFlags(input: $input) {
      version
      flags {
        key value reason errorCode flagVersion
        explanation {
          bucket threshold matchedGroup steps nextChangeAt
          causedBy { id at action reason actor { ...ActorFields } }
        }
      }
    }
  }
`);

export const PeopleQuery = graphql(`
  query People($search: String!) {
    suppliers(first: 5, search: $search) {
      nodes { id businessName email onboarding { id user { id email } } }
    }
    couples(first: 5, search: $search) {
      nodes { id partner1Name partner2Name onboarding { id user { id email } } }
    }
  }
`);
