import "./explorer.css";

import { Anchor, Group, Skeleton, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Link } from "react-router";

import { Notice } from "../../components/Notice";
import { useSession } from "../session/session";
import { takesTexts } from "./takesTexts";

const Explorer = lazy(async () => ({ default: (await import("./Explorer")).Explorer }));

/** GraphiQL over this server, as the viewer or as a visitor. */
export function ExplorerPage() {
  const { viewer } = useSession();
  if (!takesTexts()) return <NoExplorer back={viewer ? "/admin/api" : "/"} />;
  return (
    <main className="explorer-page">
      <Group justify="space-between" px="sm" py={6} wrap="nowrap">
        <Text component="h1" size="sm" fw={600}>
          Explorer
        </Text>
        <Group gap="sm" wrap="nowrap" miw={0}>
          <Text size="xs" c="dimmed" truncate>
            {viewer ? `as ${viewer.email}` : "as a visitor: a token goes under Headers"}
          </Text>
          <Anchor component={Link} to={viewer ? "/admin/api" : "/"} size="xs" style={{ flex: "none" }}>
            Back
          </Anchor>
        </Group>
      </Group>
      <Suspense fallback={<Skeleton height="70vh" role="progressbar" aria-label="The explorer is loading" />}>
        <Explorer />
      </Suspense>
    </main>
  );
}

/** TRUSTED_DOCUMENTS_ONLY applies to every caller, admins included (docs/adr/0024). */
function NoExplorer({ back }: { back: string }) {
  return (
    <main>
      <Notice
        title="The explorer is not available"
        text="This server runs trusted documents only: those of its pages and commands, and those that its operators list in TRUSTED_DOCUMENTS. Explore a server without that switch, and have your documents listed here."
      >
        <Group>
          <Anchor href="/schema.graphql" download="schema.graphql" size="sm">
            Download the schema
          </Anchor>
          <Anchor component={Link} to={back} size="sm">
            Back
          </Anchor>
        </Group>
      </Notice>
    </main>
  );
}
