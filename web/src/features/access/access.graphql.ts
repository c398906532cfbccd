import { graphql } from "../../gql";

export const ViewerFlagsQuery = graphql(`
  query ViewerFlags { viewerFlags { version flags { key value reason } } }
`);

export const ViewerFlagsStream = graphql(`
  subscription ViewerFlagsStream { viewerFlags { version flags { key value reason } } }
`);

export const AcknowledgeFlagsMutation = graphql(`
  mutation AcknowledgeFlags($version: Int!) { acknowledgeFlags(version: $version) }
`);
