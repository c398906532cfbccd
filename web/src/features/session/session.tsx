import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { type CombinedError, Provider } from "urql";

import type { ViewerQuery as Data } from "../../gql/graphql";
import { createLaunchClient, type LaunchClient } from "../../lib/client";
import { drafts } from "../../lib/drafts";
import { oneAfterAnother } from "../../lib/sequence";
import { ViewerQuery } from "./session.graphql";

export type Viewer = NonNullable<Data["viewer"]>;

export interface Session {
  /** The logged-in account; null: a visitor, undefined: not loaded yet. */
  readonly viewer: Viewer | null | undefined;
  /** The error of the last attempt to load it. */
  readonly error: CombinedError | undefined;
  /** Read the viewer again with a new client, after each log-in and log-out. */
  readonly renew: () => Promise<Viewer | null | undefined>;
}

interface State extends Omit<Session, "renew"> {
  readonly launch: LaunchClient;
}

const SessionContext = createContext<Session | null>(null);

function createSessionStore() {
  const listeners = new Set<() => void>();
  let state: State = { launch: createLaunchClient(), viewer: undefined, error: undefined };

  const renew: Session["renew"] = oneAfterAnother(async () => {
    const launch = createLaunchClient(() => {
      if (state.launch === launch && state.viewer) void renew();
    });
    const { data, error } = await launch.client.query(ViewerQuery, {}).toPromise();
    const viewer = data === undefined ? undefined : (data.viewer ?? null);
    // A lost connection ends no session: the new client, which has opened no socket, is dropped.
    if (viewer === undefined && state.viewer !== undefined) return state.viewer;
    state.launch.close();
    if (viewer) drafts.belongTo(viewer.id);
    state = { launch, viewer, error };
    for (const listener of listeners) listener();
    return viewer;
  });

  return {
    renew,
    read: () => state,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * A new client for each session: cached rows of one account are never shown to another. The page stays
 * unchanged until the new session is loaded, then all of it changes at once.
 */
export function SessionProvider({ children }: { children: ReactNode }) {
  const [{ read, subscribe, renew }] = useState(createSessionStore);
  useEffect(() => {
    void renew();
  }, [renew]);
  const { launch, viewer, error } = useSyncExternalStore(subscribe, read);
  return (
    <Provider value={launch.client}>
      <SessionContext.Provider value={{ viewer, error, renew }}>{children}</SessionContext.Provider>
    </Provider>
  );
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error("useSession is used outside of SessionProvider");
  return session;
}

/** The viewer, for pages that require a log-in. */
export function useViewer(): Viewer {
  const { viewer } = useSession();
  if (!viewer) throw new Error("useViewer is used on a page that visitors see");
  return viewer;
}
