import { graphql } from "../../gql";

export const LegalDocumentsQuery = graphql(`
  query LegalDocuments {
    legalDocuments {
      kind
      version
      since
      title
      text
    }
  }
`);

export const DocumentsToAcceptQuery = graphql(`
  query DocumentsToAccept {
    viewer {
      id
      documentsToAccept {
        kind
        version
        title
      }
    }
  }
`);

export const AcceptDocumentsMutation = graphql(`
  mutation AcceptDocuments($documents: [AcceptedDocumentInput!]!) {
    acceptDocuments(documents: $documents) {
      user {
        id
        documentsToAccept {
          kind
          version
          title
        }
      }
      errors {
        code
        message
      }
    }
  }
`);
