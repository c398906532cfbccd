import { graphql } from "../../gql";

export const UpdateProfileMutation = graphql(`
  mutation UpdateProfile($input: ProfileInput!) {
    updateProfile(input: $input) {
      user {
        id
        supplier { id email businessName vendorType onboarding { ...OnboardingFields } }
        couple { id partner1Name partner2Name weddingDate onboarding { ...OnboardingFields } }
      }
      warnings
      errors { code message path }
    }
  }
`);
