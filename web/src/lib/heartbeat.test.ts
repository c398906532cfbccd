import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Heartbeat } from "./heartbeat";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("who does not answer within five seconds is gone, said once", () => {
  const end = vi.fn();
  const heartbeat = new Heartbeat(end);
  heartbeat.asked();
  vi.advanceTimersByTime(3000);
  heartbeat.asked(); // a second ping does not put the end off
  vi.advanceTimersByTime(2000);
  expect(end).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(60_000);
  expect(end).toHaveBeenCalledTimes(1);
});

test("an answer keeps the socket, and the next question has its own time", () => {
  const end = vi.fn();
  const heartbeat = new Heartbeat(end);
  heartbeat.asked();
  vi.advanceTimersByTime(4000);
  heartbeat.over();
  heartbeat.asked();
  vi.advanceTimersByTime(4000);
  expect(end).not.toHaveBeenCalled();
});
