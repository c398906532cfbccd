import { useSyncExternalStore } from "react";

import { serverNow } from "./clock";

/**
 * How the page hears of changes: over the socket, soon again, or by asking every few seconds. It
 * rests where nothing that is shown is live.
 */
export type ConnectionState = "resting" | "connecting" | "live" | "reconnecting" | "polling";

export interface Connection {
  readonly state: ConnectionState;
  /** Since when, in milliseconds of the clock that ages are told by. */
  readonly since: number;
  /** Grows each time the socket is back: what was missed has to be read again. */
  readonly returns: number;
}

const POLL_AFTER_MS = 10_000;

/** Follows the socket; one for a page. */
export class ConnectionStore {
  private current: Connection = { state: "resting", since: serverNow(), returns: 0 };
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wasLive = false;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly read = (): Connection => this.current;

  opens(): void {
    if (this.current.state === "resting") this.set("connecting", this.current.returns);
  }

  opened(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const returns = this.current.returns + (this.wasLive ? 1 : 0);
    this.wasLive = true;
    this.set("live", returns);
  }

  lost(): void {
    if (this.current.state !== "polling") this.set("reconnecting", this.current.returns);
    this.timer ??= setTimeout(() => this.set("polling", this.current.returns), POLL_AFTER_MS);
  }

  /** Nobody listens, or another session begins: a next socket will have missed nothing. */
  rests(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.wasLive = false;
    this.set("resting", this.current.returns);
  }

  private set(state: ConnectionState, returns: number): void {
    if (state === this.current.state && returns === this.current.returns) return;
    this.current = { state, since: serverNow(), returns };
    for (const listener of this.listeners) listener();
  }
}

export const connection = new ConnectionStore();

/** The connection as it is, with a new render whenever it changes. */
export function useConnection(): Connection {
  return useSyncExternalStore(connection.subscribe, connection.read);
}
