import { graphql } from "../../gql";

export const JourneyFields = graphql(`
  fragment JourneyFields on Journey {
    key
    title
    started
    completed
    underWay
    abandoned
    failed
    ended
    successRate
    p50Seconds
    p95Seconds
    targetSeconds
    inTimeRate
    steps {
      key
      title
      entered
      completed
      stalled
      medianSeconds
    }
    breakdown {
      vendorType
      started
      completed
      ended
      successRate
      p50Seconds
    }
  }
`);

export const JourneysQuery = graphql(`
  query Journeys($range: TimeRange!) {
    launchMetrics(range: $range) {
      at
      range
      journeys {
        ...JourneyFields
      }
    }
  }
`);

/** Journey runs that began within the last 24 hours, or while a phase was live. */
export const JourneysStream = graphql(`
  subscription JourneysStream {
    journeys {
      ...JourneyFields
    }
  }
`);
