import { useSyncExternalStore } from "react";

import { isPageVisible, onPageReturn } from "./pageVisibility";
import { clock } from "./clock";

/**
 * How the page receives changes. `lost`: the server has sent nothing for a while, so the data on
 * the page may be out of date. `polling`: there is no socket, or its data is late; the queries
 * are refetched every few seconds. `resting`: no stream is open.
 */
export type ConnectionState = "resting" | "connecting" | "live" | "reconnecting" | "polling" | "lost";

export interface Connection {
  readonly state: ConnectionState;
  /** The start of the state, in milliseconds of the server's clock; of `lost`: the last message. */
  readonly since: number;
  /** Counts reconnects: after each one, missed data has to be read. */
  readonly reconnects: number;
}

/** The state of the socket alone; the server behind an open socket may have stopped. */
type Link = "resting" | "connecting" | "open" | "broken";

/** A ping is sent every 4 s; two without an answer mean that the connection is lost. */
const CONTACT_MS = 10_000;
/** The server checks Redis every 3 s; data that is older than this is not live. */
const STREAM_AGE_MS = 12_000;
const POLL_AFTER_MS = 10_000;
const TICK_MS = 1000;

/**
 * Decides by the age of the last message, never by the state of the socket: a stopped server
 * keeps its sockets open (F12). One instance per page.
 */
export class ConnectionStore {
  private current: Connection = { state: "resting", since: clock.at(Date.now()), reconnects: 0 };
  private readonly listeners = new Set<() => void>();
  private link: Link = "resting";
  private wasLive = false;
  private brokenAt = 0;
  private heardAt = Date.now();
  /** The time up to which the streams are complete. */
  private streamsAt = Date.now();
  /** Hidden pages are not judged: browsers throttle their timers. */
  private judgedFrom = 0;

  constructor(private readonly isLookedAt: () => boolean = () => true) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly read = (): Connection => this.current;

  opens(): void {
    if (this.link === "resting") {
      this.link = "connecting";
      this.judgedFrom = Date.now(); // no answer was expected while resting
    }
    this.judge();
  }

  opened(): void {
    this.link = "open";
    this.streamsAt = Date.now();
    this.heard();
  }

  broken(): void {
    if (this.link !== "broken") this.brokenAt = Date.now();
    this.link = "broken";
    this.judge();
  }

  /** No stream is open, or another session begins: the next socket has missed nothing. */
  rests(): void {
    this.link = "resting";
    this.wasLive = false;
    this.judge();
  }

  /** The server sent a message of any kind. */
  heard(): void {
    this.heardAt = Date.now();
    this.judge();
  }

  /** The server reported how old the data of its streams may be. */
  streams(ageMs: number): void {
    this.streamsAt = Date.now() - ageMs;
    this.heard();
  }

  /** The page is visible again. */
  seen(): void {
    this.judgedFrom = Date.now();
  }

  /** Called periodically: judges the age of the last message. */
  readonly judge = (): void => {
    if (!this.isLookedAt()) return;
    const state = this.stateAt(Date.now());
    const before = this.current;
    if (state === before.state) return;
    const isBack = (before.state === "lost" && state !== "resting") || (state === "live" && this.wasLive);
    if (state === "live") this.wasLive = true;
    const since = clock.at(state === "lost" ? this.heardAt : Date.now());
    this.current = { state, since, reconnects: before.reconnects + (isBack ? 1 : 0) };
    for (const listener of this.listeners) listener();
  };

  private stateAt(now: number): ConnectionState {
    if (this.link === "resting") return "resting";
    const silentFor = (heardAt: number) => now - Math.max(heardAt, this.judgedFrom);
    if (silentFor(this.heardAt) > CONTACT_MS) return "lost";
    if (this.link === "open") return silentFor(this.streamsAt) > STREAM_AGE_MS ? "polling" : "live";
    if (this.link === "connecting") return "connecting";
    return now - this.brokenAt >= POLL_AFTER_MS ? "polling" : "reconnecting";
  }
}

export const connection = new ConnectionStore(isPageVisible);

if (typeof document !== "undefined") {
  setInterval(connection.judge, TICK_MS);
  onPageReturn(() => connection.seen());
}

/** The current state of the connection; renders again when it changes. */
export function useConnection(): Connection {
  return useSyncExternalStore(connection.subscribe, connection.read);
}

const isLost = (): boolean => connection.read().state === "lost";

/** Whether the connection is lost: the page shows the last known state, and sends no changes. */
export function useLostContact(): boolean {
  return useSyncExternalStore(connection.subscribe, isLost);
}
