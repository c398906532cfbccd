import { graphql } from "../../gql";

export const HealthFields = graphql(`
  fragment HealthFields on HealthSnapshot {
    at
    overall
    checks {
      id
      name
      type
      status
      responseTimeMs
      errorMessage
      checkedAt
      since
      stale
      flapping
      uptime(window: LAST_24H)
    }
  }
`);

export const SystemHealthQuery = graphql(`
  query SystemHealth {
    systemHealth {
      ...HealthFields
    }
  }
`);

export const SystemHealthStream = graphql(`
  subscription SystemHealthStream {
    systemHealth {
      ...HealthFields
    }
  }
`);

export const HealthHistoryQuery = graphql(`
  query HealthHistory($range: TimeRange!) {
    systemHealth {
      maxGapSeconds(window: LAST_1H)
      checks {
        id
        type
        flapping
        uptime(window: $range)
        history(window: $range) {
          at
          uptime
          responseTimeMs
        }
      }
    }
  }
`);
