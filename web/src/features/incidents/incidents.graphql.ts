import { graphql } from "../../gql";

export const IncidentFields = graphql(`
  fragment IncidentFields on Incident {
    id number title description severity status occurrences userImpact createdAt acknowledgedAt
    resolvedAt version
  }
`);

export const OpenIncidentsQuery = graphql(`
  query OpenIncidents { incidents(first: 20) { nodes { ...IncidentFields } } }
`);

export const SuspectsQuery = graphql(`
  query Suspects($id: ID!) {
    node(id: $id) {
      ... on Incident {
        id
        suspects(limit: 3) {
          score why
          change {
            id at action revertible
            actor { __typename ... on User { id email } ... on ApiToken { id name } ... on SystemActor { component } }
            subject {
              __typename id
              ... on FeatureFlag { key name }
              ... on LaunchPhase { key name }
            }
          }
        }
      }
    }
  }
`);

export const AcknowledgeMutation = graphql(`
  mutation Acknowledge($id: ID!) {
    acknowledgeIncident(id: $id) { incident { ...IncidentFields } errors { code message } }
  }
`);

export const ResolveMutation = graphql(`
  mutation Resolve($id: ID!, $notes: String!) {
    resolveIncident(id: $id, resolutionNotes: $notes) {
      incident { ...IncidentFields }
      errors { code message }
    }
  }
`);

export const RevertMutation = graphql(`
  mutation Revert($id: ID!, $reason: String!) {
    revertChange(changeId: $id, reason: $reason) { flag { ...FlagFields } errors { code message } }
  }
`);
