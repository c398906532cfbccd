import { graphql } from "../../gql";

export const SystemHealthQuery = graphql(`
  query SystemHealth {
    systemHealth {
      at
      overall
      checks {
        id name type status responseTimeMs errorMessage checkedAt since stale flapping
        uptime(window: LAST_24H)
      }
    }
  }
`);

export const SystemHealthStream = graphql(`
  subscription SystemHealthStream {
    systemHealth {
      at
      overall
      checks {
        id name type status responseTimeMs errorMessage checkedAt since stale flapping
        uptime(window: LAST_24H)
      }
    }
  }
`);

export const HealthHistoryQuery = graphql(`
  query HealthHistory($range: TimeRange!) {
    systemHealth {
      maxGapSeconds(window: LAST_1H)
      checks {
        id type flapping
        uptime(window: $range)
        history(window: $range) { at uptime responseTimeMs }
      }
    }
  }
`);
