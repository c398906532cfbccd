import { Anchor, Text } from "@mantine/core";
import { useQuery } from "urql";

import type { AcceptedDocumentInput } from "../../gql/graphql";
import { LegalDocumentsQuery } from "./legal.graphql";

/** The versions that a form shows, to be sent with it; undefined while they are not known. */
export function useConsent(): AcceptedDocumentInput[] | undefined {
  const [{ data }] = useQuery({ query: LegalDocumentsQuery });
  return data?.legalDocuments.map(({ kind, version }) => ({ kind, version }));
}

/** The documents that submitting the form accepts. Links open in a new tab, so that no input is lost. */
export function Consent({ action }: { action: string }) {
  return (
    <Text size="sm" c="dimmed" data-testid="consent">
      By clicking “{action}” you accept the{" "}
      <Anchor href="/terms" target="_blank" size="sm">
        terms of use
      </Anchor>{" "}
      and the{" "}
      <Anchor href="/privacy" target="_blank" size="sm">
        privacy policy
      </Anchor>
      .
    </Text>
  );
}
