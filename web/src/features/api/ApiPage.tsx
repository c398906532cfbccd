import { Alert, Anchor, List, SimpleGrid, Stack } from "@mantine/core";
import { IconDownload, IconTerminal2 } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { CombinedError } from "urql";

import { LinkButton } from "../../components/Button";
import { Copyable } from "../../components/Copyable";
import { PageHead } from "../../components/PageHead";
import { Section } from "../../components/Section";
import { curl, python, stream } from "./examples";
import { takesTexts } from "./takesTexts";

/** How tools use the graph: where, with what, and examples that work against this very server. */
export function ApiPage() {
  return (
    <>
      <PageHead
        title="API"
        text="Everything these pages do is available through one typed GraphQL API with subscriptions."
      >
        <LinkButton to="/explorer" size="xs" leftSection={<IconTerminal2 size={14} />}>
          Open the explorer
        </LinkButton>
        <LinkButton
          to="/schema.graphql"
          reload
          download="schema.graphql"
          size="xs"
          variant="default"
          leftSection={<IconDownload size={14} />}
        >
          Download the schema
        </LinkButton>
      </PageHead>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Stack>
          <Access />
          <Section title="Examples">
            <Copyable label="Query with curl" text={curl()} testId="curl" />
            <Copyable label="Subscribe with curl (server-sent events)" text={stream()} />
            <Copyable label="Query from Python with gql" text={python()} />
          </Section>
        </Stack>
        <Schema />
      </SimpleGrid>
    </>
  );
}

function Access() {
  return (
    <Section title="Access">
      {!takesTexts() && (
        <Alert mb="sm" color="yellow" title="This server runs trusted documents only">
          Documents of tools, including these examples, run only after operators have added them to{" "}
          <code>TRUSTED_DOCUMENTS</code>.
        </Alert>
      )}
      <List size="sm" spacing={4}>
        <List.Item>
          A tool sends a token as <code>Authorization: Bearer …</code>, over websockets in <code>connection_init</code>.
          Create one under{" "}
          <Anchor component={Link} to="/admin/tokens" inherit underline="always">
            Tokens
          </Anchor>
          .
        </List.Item>
        <List.Item>
          Each field names the scope that it needs: see <code>@scope</code> in the schema.
        </List.Item>
        <List.Item>
          Queries and mutations go to <code>POST /graphql</code>. Subscriptions use <code>graphql-transport-ws</code> or
          server-sent events.
        </List.Item>
        <List.Item>
          Expected failures are data: <code>errors</code> of a payload, with a code and the field at fault.
        </List.Item>
      </List>
    </Section>
  );
}

function Schema() {
  const [sdl, setSdl] = useState<string>();
  const [error, setError] = useState<CombinedError>();
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    fetch("/schema.graphql", { signal: stop.signal })
      .then(async (answer) => {
        if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
        setSdl(await answer.text());
        setError(undefined);
      })
      .catch((cause: unknown) => {
        const networkError = cause instanceof Error ? cause : new Error(String(cause));
        if (!stop.signal.aborted) setError(new CombinedError({ networkError }));
      });
    return () => stop.abort();
  }, [tries]);
  const reading = { error, isEmpty: sdl === undefined, isFetching: false, refetch: () => setTries(tries + 1) };
  return (
    <Section title="Schema" reading={reading}>
      <textarea className="schema" readOnly aria-label="The schema as text" value={sdl ?? ""} />
    </Section>
  );
}
