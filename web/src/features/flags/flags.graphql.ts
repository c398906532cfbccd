import { graphql } from "../../gql";

export const FlagFields = graphql(`
  fragment FlagFields on FeatureFlag {
    id key name description enabled rolloutPercentage targetGroups clientVisible version updatedAt
  }
`);

export const FlagsQuery = graphql(`
  query Flags { featureFlags(first: 100) { totalCount nodes { ...FlagFields } } }
`);

export const FlagStream = graphql(`
  subscription FlagStream { featureFlags { ...FlagFields } }
`);

export const ToggleMutation = graphql(`
  mutation Toggle($input: ToggleFeatureFlagInput!) {
    toggleFeatureFlag(input: $input) { flag { ...FlagFields } warnings errors { code message } }
  }
`);

export const UpdateMutation = graphql(`
  mutation UpdateFlag($input: UpdateFeatureFlagInput!) {
    updateFeatureFlag(input: $input) { flag { ...FlagFields } warnings errors { code message } }
  }
`);
