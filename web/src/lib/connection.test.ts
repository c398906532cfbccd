import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ConnectionStore } from "./connection";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a lost socket is reconnecting, after ten seconds polling, then live again", () => {
  const store = new ConnectionStore();
  store.opened();
  store.lost();
  expect(store.read().state).toBe("reconnecting");
  vi.advanceTimersByTime(10_000);
  expect(store.read().state).toBe("polling");
  store.opened();
  expect(store.read()).toMatchObject({ state: "live", returns: 1 });
});

test("failed attempts in between do not put polling off", () => {
  const store = new ConnectionStore();
  store.opened();
  for (let second = 0; second < 10; second += 1) {
    store.lost();
    vi.advanceTimersByTime(1000);
  }
  expect(store.read().state).toBe("polling");
});

test("a socket that nobody needs rests, and the next one has missed nothing", () => {
  const store = new ConnectionStore();
  expect(store.read().state).toBe("resting");
  store.opened();
  store.rests();
  expect(store.read().state).toBe("resting");
  store.opens();
  expect(store.read().state).toBe("connecting");
  store.opened();
  expect(store.read()).toMatchObject({ state: "live", returns: 0 });
});
