import { graphql } from "../../gql";

export const IncidentFields = graphql(`
  fragment IncidentFields on Incident {
    id
    number
    title
    description
    severity
    status
    occurrences
    userImpact
    createdAt
    acknowledgedAt
    resolvedAt
    version
    currentEpisode {
      number
      beganAt
      endedAt
      observedAt
      currentValue
      unit
      explanation
    }
  }
`);

export const OpenIncidentsQuery = graphql(`
  query OpenIncidents {
    incidents(first: 20) {
      nodes {
        ...IncidentFields
      }
    }
  }
`);

export const SuspectFields = graphql(`
  fragment SuspectFields on SuspectChange {
    score
    why
    confirmedCause
    change {
      ...ChangeFields
    }
  }
`);

/** Read only when an earlier episode is opened: scoring changes is slow. */
export const EpisodeSuspectsQuery = graphql(`
  query EpisodeSuspects($number: Int!) {
    incidents(first: 1, status: null, number: $number) {
      nodes {
        id
        episodes(limit: 20) {
          number
          suspects(limit: 3) {
            ...SuspectFields
          }
        }
      }
    }
  }
`);

export const SuspectsQuery = graphql(`
  query Suspects($id: ID!) {
    node(id: $id) {
      ... on Incident {
        id
        suspects(limit: 5) {
          ...SuspectFields
        }
      }
    }
  }
`);

export const AcknowledgeMutation = graphql(`
  mutation Acknowledge($id: ID!) {
    acknowledgeIncident(id: $id) {
      incident {
        ...IncidentFields
      }
      errors {
        ...Refusal
      }
    }
  }
`);

export const ResolveMutation = graphql(`
  mutation Resolve($id: ID!, $notes: String!) {
    resolveIncident(id: $id, resolutionNotes: $notes) {
      incident {
        ...IncidentFields
      }
      errors {
        ...Refusal
      }
    }
  }
`);

export const IncidentsQuery = graphql(`
  query Incidents($after: String, $status: [IncidentStatus!], $severity: [Severity!]) {
    incidents(first: 20, after: $after, status: $status, severity: $severity) {
      totalCount
      nodes {
        ...IncidentFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const IncidentQuery = graphql(`
  query Incident($number: Int!) {
    incidents(first: 1, status: null, number: $number) {
      nodes {
        ...IncidentFields
        resolutionNotes
        episodes(limit: 20) {
          number
          title
          description
          beganAt
          detectedAt
          endedAt
          resolutionNotes
          explanation
        }
        affectedFeatures {
          id
          key
          name
        }
        phase {
          id
          key
          name
        }
        acknowledgedBy {
          ...ActorFields
        }
        assignee {
          id
          email
        }
      }
    }
  }
`);

export const TimelineQuery = graphql(`
  query Timeline($number: Int!, $after: String) {
    incidents(first: 1, status: null, number: $number) {
      nodes {
        id
        timeline(first: 100, after: $after) {
          nodes {
            ...EventFields
            ... on IncidentEvent {
              note
            }
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  }
`);

export const AssigneesQuery = graphql(`
  query Assignees($search: String) {
    incidentAssignees(first: 50, search: $search) {
      nodes {
        id
        email
        role
      }
    }
  }
`);

export const EditMutation = graphql(`
  mutation EditIncident($input: UpdateIncidentInput!) {
    updateIncident(input: $input) {
      incident {
        ...IncidentFields
        assignee {
          id
          email
        }
      }
      errors {
        ...Refusal
      }
    }
  }
`);

export const ReopenMutation = graphql(`
  mutation Reopen($id: ID!, $note: String) {
    reopenIncident(id: $id, note: $note) {
      incident {
        ...IncidentFields
      }
      errors {
        ...Refusal
      }
    }
  }
`);

export const CloseMutation = graphql(`
  mutation Close($id: ID!) {
    closeIncident(id: $id) {
      incident {
        ...IncidentFields
      }
      errors {
        ...Refusal
      }
    }
  }
`);
