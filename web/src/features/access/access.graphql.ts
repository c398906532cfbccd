import { graphql } from "../../gql";

export const ViewerFlagsQuery = graphql(`
  query ViewerFlags($device: String) {
    viewerFlags(deviceId: $device) {
      version
      flags {
        key
        value
        reason
      }
    }
  }
`);

export const ViewerFlagsStream = graphql(`
  subscription ViewerFlagsStream($device: String) {
    viewerFlags(deviceId: $device) {
      version
      flags {
        key
        value
        reason
      }
    }
  }
`);

export const AcknowledgeFlagsMutation = graphql(`
  mutation AcknowledgeFlags($version: Int!, $device: String) {
    acknowledgeFlags(version: $version, deviceId: $device)
  }
`);

export const GuardedOperationsQuery = graphql(`
  query GuardedOperations($userType: UserType) {
    guardedOperations(userType: $userType) {
      kind
      name
      title
      flags
      availability
    }
  }
`);
