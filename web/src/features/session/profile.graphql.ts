import { graphql } from "../../gql";

export const UpdateProfileMutation = graphql(`
  mutation UpdateProfile($input: ProfileInput!) {
    updateProfile(input: $input) {
      user {
        id
        supplier {
          id
          email
          businessName
          vendorType
          phone
          onboarding {
            ...OnboardingFields
          }
        }
        couple {
          id
          partner1Name
          partner2Name
          weddingDate
          phone
          onboarding {
            ...OnboardingFields
          }
        }
      }
      warnings
      errors {
        code
        message
        path
      }
    }
  }
`);
