import { Box, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { type ReactNode, Suspense, useEffect } from "react";
import { Outlet, ScrollRestoration, type UIMatch, useMatches, useNavigation } from "react-router";

import { useSession } from "../features/session/session";
import { nonce } from "../lib/nonce";
import { type Brand, looks, readable } from "./brands";
import { LeaveGuard } from "./LeaveGuard";
import { PageSkeleton } from "./PageSkeleton";
import { Unreachable } from "./Unreachable";

/** What a route says about its page. */
export interface Handle {
  readonly title?: string;
  readonly brand?: Brand;
}

/** The frame around every page: its brand's look, its title, and the wait for the session. */
export function Root() {
  const handles = (useMatches() as UIMatch<unknown, Handle | undefined>[]).map(({ handle }) => handle);
  const brand = handles.findLast((handle) => handle?.brand)?.brand ?? "wedsync";
  const title = handles.findLast((handle) => handle?.title)?.title;
  const { viewer, error } = useSession();
  useEffect(() => {
    document.title = title ? `${title} · ${looks[brand].name}` : looks[brand].name;
  }, [brand, title]);
  return (
    <ThemedRoot brand={brand} key={brand}>
      <Progress />
      <LeaveGuard />
      {viewer === undefined ? (
        <Wait error={error} />
      ) : (
        <Suspense fallback={<PageSkeleton />}>
          <Outlet />
        </Suspense>
      )}
      <ScrollRestoration />
    </ThemedRoot>
  );
}

/** Applies the theme of a brand. */
export function ThemedRoot({ brand, children }: { brand: Brand; children: ReactNode }) {
  const { theme, scheme } = looks[brand];
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={readable}
      defaultColorScheme={scheme}
      getStyleNonce={() => nonce}
    >
      <Notifications position="bottom-right" autoClose={6000} />
      {children}
    </MantineProvider>
  );
}

function Wait({ error }: Pick<ReturnType<typeof useSession>, "error">) {
  return error === undefined ? <PageSkeleton /> : <Unreachable error={error} />;
}

/** A thin line while the next page is on its way. */
function Progress() {
  const { state } = useNavigation();
  return state === "idle" ? null : <Box className="progress" role="progressbar" aria-label="Loading" />;
}
