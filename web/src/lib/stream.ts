import { useCallback, useEffect, useRef } from "react";
import { type AnyVariables, type TypedDocumentNode, useClient } from "urql";

/**
 * Subscribes while the component is mounted. Each result reaches `onData`, even if
 * several arrive at once, of which a hook with the newest result only would lose some. Pausing closes the stream.
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
