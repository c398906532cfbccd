import { graphql } from "../../gql";

export const ImportPreviewFields = graphql(`
  fragment ImportPreviewFields on ImportPreview {
    encoding
    delimiter
    hasHeader
    needsNames
    asksDateOrder
    totalRows
    newRows
    importedRows
    alreadyThere
    withErrors
    columns {
      position
      header
      field
      samples
    }
    faulty: rows(first: 25, status: [ERROR]) {
      number
      values {
        field
        value
      }
      problems {
        field
        column
        header
        message
      }
    }
    fresh: rows(first: 10, status: [NEW, IMPORTED]) {
      number
      coupleNames
      email
      weddingDate
      warnings
    }
    known: rows(first: 10, status: [ALREADY_THERE]) {
      number
      coupleNames
      duplicateOfRow
      existing {
        id
        coupleNames
      }
    }
  }
`);

export const PreviewImportMutation = graphql(`
  mutation PreviewImport($parts: [String!]!, $input: ClientImportInput!) {
    previewClientImport(parts: $parts, input: $input) {
      preview {
        ...ImportPreviewFields
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const ImportClientsMutation = graphql(`
  mutation ImportClients($parts: [String!]!, $input: ClientImportInput!, $key: String) {
    importClients(parts: $parts, input: $input, idempotencyKey: $key) {
      clientImport {
        id
        added
        alreadyThere
        withErrors
      }
      preview {
        ...ImportPreviewFields
      }
      errors {
        code
        message
        path
      }
    }
  }
`);

export const RemainingRowsMutation = graphql(`
  mutation RemainingRows($parts: [String!]!, $input: ClientImportInput!) {
    previewClientImport(parts: $parts, input: $input) {
      preview {
        remainingCsv
      }
      errors {
        code
        message
        path
      }
    }
  }
`);
