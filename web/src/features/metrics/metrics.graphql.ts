import { graphql } from "../../gql";

export const CardFields = graphql(`
  fragment CardFields on MetricCard {
    key
    title
    value
    unit
    previous
    changePercent
    trend
    improving
  }
`);

export const MetricsFields = graphql(`
  fragment MetricsFields on MetricsSnapshot {
    at
    range
    signups {
      ...CardFields
    }
    connections {
      ...CardFields
    }
    averageResponseTime {
      ...CardFields
    }
    errorRate {
      ...CardFields
    }
    performance {
      name
      aggregation
      unit
      resolutionSeconds
      points {
        at
        value
      }
    }
  }
`);

export const MetricsQuery = graphql(`
  query Metrics($range: TimeRange!) {
    launchMetrics(range: $range) {
      ...MetricsFields
    }
  }
`);

export const MetricsStream = graphql(`
  subscription MetricsStream($range: TimeRange!) {
    launchMetrics(range: $range) {
      ...MetricsFields
    }
  }
`);
