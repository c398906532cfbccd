import { useRef } from "react";

/** 128 random bits; `crypto.randomUUID` exists only in secure contexts. */
export function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * An idempotency key for the next request: the same for the same request until it has
 * succeeded, so that a second click, or a retry after a lost response, has no further effect (A45).
 */
export function useIdempotencyKeys(): { keyOf: (request: unknown) => string; done: () => void } {
  const held = useRef<{ request: string; key: string }>(undefined);
  return {
    keyOf(request) {
      const text = JSON.stringify(request);
      if (held.current?.request !== text) held.current = { request: text, key: randomId() };
      return held.current.key;
    },
    done() {
      held.current = undefined;
    },
  };
}
