import { Code, Group } from "@mantine/core";
import { useRouteError } from "react-router";

import { Button, LinkButton } from "../components/Button";
import { Notice } from "../components/Notice";
import { homeOf } from "../features/session/roles";
import { useSession } from "../features/session/session";
import { ThemedRoot } from "./Root";

/** No page has this address. */
export function NotFoundPage() {
  return (
    <main>
      <Notice title="Page not found" text="The address may be mistyped, or the page has moved.">
        <WayHome />
      </Notice>
    </main>
  );
}

/** The page exists, but not for this role. */
export function ForbiddenPage() {
  const { viewer } = useSession();
  return (
    <main>
      <Notice
        title="Not for this account"
        text={`You are logged in as ${viewer?.email ?? "nobody"}. This page is for another kind of account.`}
      >
        <WayHome />
      </Notice>
    </main>
  );
}

/** Rendering a page failed. Unsaved work is lost; saved data is not. */
export function Crash() {
  const error = useRouteError();
  return (
    <ThemedRoot brand="wedsync">
      <main>
        <Notice title="Something went wrong on this page" text="This is our fault. Saved data is safe.">
          <Group>
            <Button onClick={() => location.reload()}>Reload the page</Button>
            <LinkButton to="/" reload variant="default">
              Start page
            </LinkButton>
          </Group>
          <Code>{error instanceof Error ? error.message : "Unknown error"}</Code>
        </Notice>
      </main>
    </ThemedRoot>
  );
}

function WayHome() {
  const { viewer } = useSession();
  return (
    <LinkButton to={viewer ? homeOf(viewer.role) : "/login"}>{viewer ? "Go to my start page" : "Log in"}</LinkButton>
  );
}
