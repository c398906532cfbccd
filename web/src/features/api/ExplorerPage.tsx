import "./explorer.css";

import { Anchor, Group, Skeleton, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Link } from "react-router";

import { useSession } from "../session/session";

const Explorer = lazy(async () => ({ default: (await import("./Explorer")).Explorer }));

/** GraphiQL over this server, as whoever is logged in, or as a visitor. */
export function ExplorerPage() {
  const { viewer } = useSession();
  return (
    <main className="explorer-page">
      <Group justify="space-between" px="sm" py={6} wrap="nowrap">
        <Text component="h1" size="sm" fw={600}>Explorer</Text>
        <Group gap="sm" wrap="nowrap" miw={0}>
          <Text size="xs" c="dimmed" truncate>{viewer ? `as ${viewer.email}` : "as a visitor: a token goes under Headers"}</Text>
          <Anchor component={Link} to={viewer ? "/admin/api" : "/"} size="xs" style={{ flex: "none" }}>Back</Anchor>
        </Group>
      </Group>
      <Suspense fallback={<Skeleton height="70vh" aria-label="The explorer is loading" />}>
        <Explorer />
      </Suspense>
    </main>
  );
}
