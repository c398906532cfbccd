import { graphql } from "../../gql";

export const EventFields = graphql(`
  fragment EventFields on LaunchEvent {
    __typename
    cursor
    at
    summary
    actor {
      ...ActorFields
    }
    ... on HealthEvent {
      healthFrom: from
      healthTo: to
    }
  }
`);

export const RecentEventsQuery = graphql(`
  query RecentEvents($since: DateTime!, $after: String) {
    launchEvents(first: 100, newestFirst: true, since: $since, after: $after) {
      nodes {
        ...EventFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** Carries the rows themselves, so that the cache, and with it the whole page, follows. */
export const EventStream = graphql(`
  subscription EventStream {
    launchEvents {
      ...EventFields
      ... on PhaseEvent {
        phase {
          ...PhaseFields
        }
      }
      ... on IncidentEvent {
        incident {
          ...IncidentFields
        }
      }
    }
  }
`);
