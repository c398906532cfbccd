import { Anchor, Card, Group, Text } from "@mantine/core";
import { Fragment } from "react";
import { useMutation, useQuery } from "urql";

import { Button } from "../../components/Button";
import type { LegalDocumentKind } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { AcceptDocumentsMutation, DocumentsToAcceptQuery } from "./legal.graphql";

const PATHS: Readonly<Record<LegalDocumentKind, string>> = { TERMS: "/terms", PRIVACY: "/privacy" };

/** Asks for consent to the versions in force until it is given, on every page: changes need it (M12). */
export function ConsentNote() {
  const [{ data }] = useQuery({ query: DocumentsToAcceptQuery, requestPolicy: "cache-and-network" });
  const [state, accept] = useMutation(AcceptDocumentsMutation);
  const documents = data?.viewer?.documentsToAccept ?? [];
  if (documents.length === 0) return null;

  async function agree() {
    const accepted = documents.map(({ kind, version }) => ({ kind, version }));
    const { data: done, error } = await accept({ documents: accepted });
    notifyFailure("Not saved", error, done?.acceptDocuments.errors);
  }

  return (
    <Card component="section" mb="md" aria-label="Terms and privacy" data-testid="consent-note">
      <Group justify="space-between" gap="xs">
        <Text size="sm" flex="1 1 14rem" miw={0}>
          Please read and accept{" "}
          {documents.map(({ kind, title }, index) => (
            <Fragment key={kind}>
              {index > 0 && " and "}
              <Anchor href={PATHS[kind]} target="_blank" size="sm">
                {title.toLowerCase()}
              </Anchor>
            </Fragment>
          ))}
          .
        </Text>
        <Button sends size="xs" variant="default" loading={state.fetching} onClick={() => void agree()}>
          I accept
        </Button>
      </Group>
    </Card>
  );
}
