import { graphql } from "../../gql";

export const FlagFields = graphql(`
  fragment FlagFields on FeatureFlag {
    id
    key
    name
    description
    enabled
    rolloutPercentage
    targetGroups
    bucketBy
    clientVisible
    version
    updatedAt
    ownerEnabled
    ownerPercentage
    run {
      id
      number
      outcome
      phase {
        id
        key
        name
      }
    }
    kill {
      key
      source
      reason
      at
    }
  }
`);

export const FlagsQuery = graphql(`
  query Flags($after: String, $search: String, $enabled: Boolean) {
    featureFlags(first: 100, after: $after, search: $search, enabled: $enabled) {
      totalCount
      nodes {
        ...FlagFields
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const FlagQuery = graphql(`
  query Flag($key: String!) {
    featureFlag(key: $key) {
      ...FlagFields
      createdAt
      exposedUsers
      staleness
      exposure {
        on
        off
        onShare
      }
      phase {
        id
        key
        name
        status
      }
      run {
        id
        startedAt
        phase {
          id
          flags {
            target
            step
            ceiling
            ceilingBy
            inForce
            isReleased
            flag {
              id
            }
          }
        }
      }
    }
  }
`);

export const FlagChangesQuery = graphql(`
  query FlagChanges($key: String!, $after: String) {
    featureFlag(key: $key) {
      id
      changes(first: 20, after: $after) {
        nodes {
          ...ChangeFields
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

export const FlagStream = graphql(`
  subscription FlagStream {
    featureFlags {
      ...FlagFields
    }
  }
`);

export const FlagFailure = graphql(`
  fragment FlagFailure on Error {
    __typename
    code
    message
    path
    ... on VersionConflictError {
      currentVersion
      changedAt
      changedBy {
        ...ActorFields
      }
    }
  }
`);

export const ToggleMutation = graphql(`
  mutation Toggle($input: ToggleFeatureFlagInput!) {
    toggleFeatureFlag(input: $input) {
      flag {
        ...FlagFields
      }
      change {
        id
        revertible
      }
      warnings
      errors {
        ...FlagFailure
      }
    }
  }
`);

export const KillMutation = graphql(`
  mutation KillFlags($input: KillFlagsInput!) {
    killFlags(input: $input) {
      kills {
        key
      }
      warnings
      errors {
        ...FlagFailure
      }
    }
  }
`);

export const LiftMutation = graphql(`
  mutation LiftKills($input: LiftKillsInput!) {
    liftKills(input: $input) {
      kills {
        key
      }
      warnings
      errors {
        ...FlagFailure
      }
    }
  }
`);

export const UpdateMutation = graphql(`
  mutation UpdateFlag($input: UpdateFeatureFlagInput!) {
    updateFeatureFlag(input: $input) {
      flag {
        ...FlagFields
      }
      change {
        id
        revertible
      }
      warnings
      errors {
        ...FlagFailure
      }
    }
  }
`);

export const FlagChangePreviewQuery = graphql(`
  query FlagChangePreview($input: UpdateFeatureFlagInput!) {
    flagChangePreview(input: $input) {
      preview {
        enabled
        rolloutPercentage
        peopleBefore
        peopleAfter
        gains
        losses
        people
        isEstimate
        warnings
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const LiftCeilingMutation = graphql(`
  mutation LiftCeiling($key: String!, $reason: String!) {
    liftCeiling(key: $key, reason: $reason) {
      flag {
        ...FlagFields
      }
      warnings
      errors {
        ...FlagFailure
      }
    }
  }
`);

export const CreateMutation = graphql(`
  mutation CreateFlag($input: CreateFeatureFlagInput!) {
    createFeatureFlag(input: $input) {
      flag {
        ...FlagFields
      }
      warnings
      errors {
        ...FlagFailure
      }
    }
  }
`);
