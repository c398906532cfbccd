import { expect, test } from "vitest";

import { effectOf, holderOf, ownerOf, verbOf, wishOf } from "./change";

const PREVIEW = {
  enabled: true,
  rolloutPercentage: 100,
  peopleBefore: 24,
  peopleAfter: 285,
  gains: 261,
  losses: 0,
  people: 285,
  isEstimate: false,
  warnings: [],
};
const FLAG = { enabled: true, rolloutPercentage: 5, ownerEnabled: true, ownerPercentage: 5, run: null };

test("a change says what it is, and to whom (U2)", () => {
  expect(verbOf({ enabled: false })).toBe("Switch off");
  expect(verbOf({ rolloutPercentage: 40 })).toBe("Set to 40\u00a0%");
  expect(wishOf({ enabled: true, rolloutPercentage: 40 })).toBe("40\u00a0%");
  expect(effectOf(PREVIEW)).toBe("285 of 285 people will see it: 261 gain it.");
  expect(effectOf({ ...PREVIEW, peopleAfter: 0, gains: 0, losses: 24 })).toBe(
    "0 of 285 people will see it: 24 lose it.",
  );
  expect(effectOf({ ...PREVIEW, gains: 0 })).toBe("285 of 285 people will see it: nobody gains or loses it.");
  expect(effectOf({ ...PREVIEW, isEstimate: true })).toMatch(/^About 285 of 285/);
});

test("the owner's values stand beside those in force only where they differ", () => {
  expect(ownerOf(FLAG as never)).toBeUndefined();
  expect(ownerOf({ ...FLAG, ownerEnabled: false, ownerPercentage: 0 } as never)).toBe("off, 0\u00a0%");
});

test("a run that is over holds no flag", () => {
  const run = { number: 2, outcome: null, phase: { name: "Suppliers" } };
  expect(holderOf({ ...FLAG, run } as never)).toBe("held by Suppliers, run 2");
  expect(holderOf({ ...FLAG, run: { ...run, outcome: "COMPLETED" } } as never)).toBe("set by Suppliers, run 2");
  expect(holderOf(FLAG as never)).toBeUndefined();
});
