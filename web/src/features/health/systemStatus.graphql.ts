import { graphql } from "../../gql";

export const SystemStatusQuery = graphql(`
  query SystemStatus {
    systemStatus {
      at
      status
      effects
    }
  }
`);
