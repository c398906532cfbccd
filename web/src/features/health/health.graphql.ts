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
