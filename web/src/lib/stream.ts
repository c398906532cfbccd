import { useCallback, useEffect, useRef } from "react";
import { type AnyVariables, type TypedDocumentNode, useClient } from "urql";

/**
 * Listen to a stream for as long as the component lives. Each result reaches `onData`, also where
 * several arrive at once, which a hook that keeps only the newest result would lose. A paused one is closed.
 */
export function useStream<D, V extends AnyVariables>(
  document: TypedDocumentNode<D, V>,
  variables: V,
  onData?: (data: D) => void,
  paused = false,
): void {
  const client = useClient();
  const handler = useRef(onData);
  useEffect(() => {
    handler.current = onData;
  });
  const key = JSON.stringify(variables);
  useEffect(() => {
    if (paused) return undefined;
    const stream = client.subscription(document, JSON.parse(key) as V).subscribe((result) => {
      if (result.data !== undefined) handler.current?.(result.data);
    });
    return () => stream.unsubscribe();
  }, [client, document, key, paused]);
}

/** Sends a mutation over the socket that carries the streams, without waiting for the response. */
export function useSendOverSocket() {
  const client = useClient();
  return useCallback(
    <D, V extends AnyVariables>(document: TypedDocumentNode<D, V>, variables: V) => {
      client.mutation(document, variables, { overSocket: true }).subscribe(() => undefined);
    },
    [client],
  );
}
