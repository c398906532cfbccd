import { Anchor, Container, List, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import { useQuery } from "urql";

import { Section } from "../../components/Section";
import type { LegalDocumentKind } from "../../gql/graphql";
import { plainDate } from "../../lib/dates";
import { useQueryStatus } from "../../lib/queryStatus";
import { LegalDocumentsQuery } from "./legal.graphql";

export const TermsPage = () => <LegalPage kind="TERMS" title="Terms of use" />;
export const PrivacyPage = () => <LegalPage kind="PRIVACY" title="Privacy policy" />;

/** A public legal document in the version in force (M12). */
function LegalPage({ kind, title }: { kind: LegalDocumentKind; title: string }) {
  const response = useQuery({ query: LegalDocumentsQuery });
  const reading = useQueryStatus(response);
  const document = response[0].data?.legalDocuments.find((item) => item.kind === kind);
  return (
    <Container size="sm" py="xl" component="main">
      <Stack>
        <Title order={1}>{title}</Title>
        <Section title={document ? `Version ${document.version}` : "Text"} reading={reading} height={400}>
          {document && (
            <Stack gap="sm" data-testid="legal-text">
              <Text size="sm" c="dimmed">
                In force since {plainDate(document.since, "long")}
              </Text>
              {document.text.split("\n\n").map((block, index) => (
                <Block key={index} text={block} />
              ))}
            </Stack>
          )}
        </Section>
        <Text size="sm">
          <Anchor component={Link} to="/">
            Back to the start page
          </Anchor>
        </Text>
      </Stack>
    </Container>
  );
}

/** A paragraph, with the heading before it; or a list. */
function Block({ text }: { text: string }) {
  const lines = text.split("\n");
  const [first = "", ...rest] = lines;
  if (first.startsWith("## ")) {
    return (
      <>
        <Title order={3} size="h5" mt="sm">
          {first.slice(3)}
        </Title>
        {rest.length > 0 && <Block text={rest.join("\n")} />}
      </>
    );
  }
  if (lines.every((line) => line.startsWith("- "))) {
    return (
      <List>
        {lines.map((line) => (
          <List.Item key={line}>{line.slice(2)}</List.Item>
        ))}
      </List>
    );
  }
  return <Text>{text}</Text>;
}
