import { expect, test } from "vitest";

import { told } from "./propagation";

const ON_ITS_WAY = {
  unknownProcesses: 0,
  unknownStreams: 0,
  complete: false,
  completeMs: null,
  acked: 1,
  total: 3,
  slowest: "worker-2",
  withinBudget: null,
};

test("it is in force only where everybody has confirmed it", () => {
  expect(told({ ...ON_ITS_WAY, complete: true, completeMs: 412, acked: 3, slowest: null, withinBudget: true })).toBe(
    "In force everywhere after 0.4 s; 3 of 3 have confirmed it.",
  );
});

test("until then it says whom it waits for, and that it takes too long", () => {
  expect(told(ON_ITS_WAY)).toBe("On its way: 1 of 3 have confirmed it. Waiting for worker-2.");
  expect(told({ ...ON_ITS_WAY, withinBudget: false })).toContain("the target of 30 s");
});

test("a lost process or stream is unknown, not on its way", () => {
  expect(told({ ...ON_ITS_WAY, unknownProcesses: 1, unknownStreams: 2 })).toBe(
    "1 of 3 have confirmed it; unknown: 1 process, 2 streams. Lost: worker-2.",
  );
});
