import { graphql } from "../../gql";

export const OnboardingFields = graphql(`
  fragment OnboardingFields on Onboarding {
    id
    userType
    percentComplete
    currentStep
    completedAt
    stuckAtStep
    assistanceNeeded
    assistanceMessage
    firstValueAchieved
    nudgesEnabled
    nudge {
      kind
      message
      step
      at
    }
    banner {
      message
      step
      since
    }
    steps {
      key
      title
      description
      required
      enabled
      completedAt
    }
  }
`);

/** Keeps every page that shows the progress up to date, also what another device does. */
export const ViewerOnboardingStream = graphql(`
  subscription ViewerOnboardingStream {
    viewerOnboarding {
      ...OnboardingFields
    }
  }
`);

export const SetupQuery = graphql(`
  query Setup {
    viewer {
      id
      supplier {
        id
        businessName
        vendorType
        onboarding {
          ...OnboardingFields
        }
        clients(first: 50) {
          totalCount
          nodes {
            ...ClientFields
          }
        }
      }
    }
  }
`);

export const RequestAssistanceMutation = graphql(`
  mutation RequestAssistance($message: String) {
    requestAssistance(message: $message) {
      onboarding {
        ...OnboardingFields
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const CompleteStepMutation = graphql(`
  mutation CompleteStep($step: String!) {
    completeOnboardingStep(step: $step) {
      onboarding {
        ...OnboardingFields
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const DismissNudgeMutation = graphql(`
  mutation DismissNudge {
    dismissNudge {
      onboarding {
        ...OnboardingFields
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const SetNudgesMutation = graphql(`
  mutation SetNudges($enabled: Boolean!) {
    setNudges(enabled: $enabled) {
      onboarding {
        ...OnboardingFields
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
