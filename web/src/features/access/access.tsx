import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import type { CombinedError } from "urql";

import type { ViewerFlagsQuery as Data } from "../../gql/graphql";
import { deviceId } from "../../lib/device";
import { useLiveQuery } from "../../lib/live";
import { useSendOverSocket, useStream } from "../../lib/stream";
import { AcknowledgeFlagsMutation, ViewerFlagsQuery, ViewerFlagsStream } from "./access.graphql";

const DEVICE = { device: deviceId };

type Flags = Data["viewerFlags"];

export interface Access {
  /** False until the first set of flags is there. */
  readonly known: boolean;
  /** Whether a feature shows. One that no flag guards shows: flags hold back, they do not grant. */
  readonly allows: (key: string) => boolean;
  /** Why they are not known. */
  readonly error: CombinedError | undefined;
  readonly again: () => void;
}

const AccessContext = createContext<Access | null>(null);

/**
 * The flags of the viewer, for all pages of a shell: streamed, so that a feature appears and
 * disappears on an open page, and each version acknowledged once it is rendered (S24, X5).
 */
export function AccessProvider({ children }: { children: ReactNode }) {
  const [{ data, error }, ask] = useLiveQuery(ViewerFlagsQuery, DEVICE);
  const [streamed, setStreamed] = useState<Flags>();
  useStream(ViewerFlagsStream, DEVICE, ({ viewerFlags }) => setStreamed(viewerFlags));
  useAcknowledgement(streamed?.version);
  const newest = newer(streamed, data?.viewerFlags);
  const access = useMemo<Access>(() => {
    const flags = new Map((newest?.flags ?? []).map(({ key, value }) => [key, value]));
    const again = () => ask({ requestPolicy: "network-only" });
    return { known: newest !== undefined, allows: (key) => flags.get(key) ?? true, error, again };
  }, [newest, error, ask]);
  return <AccessContext.Provider value={access}>{children}</AccessContext.Provider>;
}

export function useAccess(): Access {
  const access = useContext(AccessContext);
  if (access === null) throw new Error("useAccess is used outside of AccessProvider");
  return access;
}

function useAcknowledgement(version: number | undefined): void {
  const send = useSendOverSocket();
  useEffect(() => {
    if (version !== undefined) send(AcknowledgeFlagsMutation, { version, ...DEVICE });
  }, [send, version]);
}

function newer(one: Flags | undefined, other: Flags | undefined): Flags | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.version >= other.version ? one : other;
}
