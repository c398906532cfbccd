import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ConnectionStore } from "./connection";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function opened(): ConnectionStore {
  const store = new ConnectionStore();
  store.opens();
  store.opened();
  return store;
}

/** Seconds pass, each with what happens in it. */
function pass(store: ConnectionStore, seconds: number, each: () => void = () => undefined): void {
  for (let second = 0; second < seconds; second += 1) {
    vi.advanceTimersByTime(1000);
    each();
    store.judge();
  }
}

test("an open socket on which nobody answers is no contact, since the last message (F12)", () => {
  const store = opened();
  pass(store, 10, () => store.streams(1000));
  const last = Date.now();
  pass(store, 10);
  expect(store.read().state).toBe("live");
  pass(store, 1);
  expect(store.read()).toMatchObject({ state: "lost", since: last, reconnects: 0 });
});

test("whatever is heard ends it, and what was missed is read", () => {
  const store = opened();
  pass(store, 11);
  store.heard();
  expect(store.read()).toMatchObject({ state: "live", reconnects: 1 });
});

test("a server that answers while its streams bring nothing is asked again and again (F12)", () => {
  const store = opened();
  let age = 0;
  pass(store, 12, () => store.streams((age += 1000)));
  expect(store.read().state).toBe("live");
  pass(store, 1, () => store.streams((age += 1000)));
  expect(store.read().state).toBe("polling");
  store.streams(0);
  expect(store.read()).toMatchObject({ state: "live", reconnects: 1 });
});

test("a broken socket is reconnecting, after ten seconds polling where HTTP answers, then live again", () => {
  const store = opened();
  store.broken();
  expect(store.read().state).toBe("reconnecting");
  pass(store, 10, () => store.heard());
  expect(store.read().state).toBe("polling");
  store.opened();
  expect(store.read()).toMatchObject({ state: "live", reconnects: 1 });
});

test("failed attempts in between do not put polling off", () => {
  const store = opened();
  pass(store, 10, () => {
    store.broken();
    store.heard();
  });
  store.judge();
  expect(store.read().state).not.toBe("live");
  pass(store, 1, () => store.heard());
  expect(store.read().state).toBe("polling");
});

test("a broken socket without any answer is no contact", () => {
  const store = opened();
  store.broken();
  pass(store, 11);
  expect(store.read().state).toBe("lost");
  store.heard(); // over HTTP: the socket comes later
  expect(store.read()).toMatchObject({ state: "polling", reconnects: 1 });
});

test("a socket that nobody needs rests, and the next one has missed nothing", () => {
  const store = new ConnectionStore();
  expect(store.read().state).toBe("resting");
  store.opened();
  store.rests();
  pass(store, 60);
  expect(store.read().state).toBe("resting");
  store.opens();
  expect(store.read().state).toBe("connecting");
  store.opened();
  expect(store.read()).toMatchObject({ state: "live", reconnects: 0 });
});

test("a page that nobody sees is not judged, and has a moment when it is seen again", () => {
  let isSeen = true;
  const store = new ConnectionStore(() => isSeen);
  store.opened();
  const last = Date.now();
  isSeen = false;
  pass(store, 600);
  expect(store.read().state).toBe("live");
  isSeen = true;
  store.seen();
  pass(store, 10);
  expect(store.read().state).toBe("live");
  pass(store, 1);
  expect(store.read()).toMatchObject({ state: "lost", since: last });
});
