import { graphql } from "../../gql";

export const PropagationFields = graphql(`
  fragment PropagationFields on Propagation {
    version
    startedAt
    processes
    total
    acked
    unknownProcesses
    unknownStreams
    confirmed
    p95Ms
    completeMs
    complete
    slowest
    withinBudget
  }
`);

export const PropagationStream = graphql(`
  subscription PropagationStream($version: Int!) {
    propagation(version: $version) {
      ...PropagationFields
    }
  }
`);
