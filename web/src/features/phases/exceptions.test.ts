import { expect, test } from "vitest";

import { exceptionOf, inForceOf, type Link } from "./exceptions";

const LINK: Link = {
  target: 50,
  step: 5,
  ceiling: null,
  ceilingBy: null,
  inForce: 5,
  isReleased: false,
  flag: { id: "1", key: "search", name: "Search", enabled: true, rolloutPercentage: 5, kill: null, run: null },
};

test.each<[string, Partial<Link>, Partial<Link["flag"]>, string | undefined]>([
  ["it follows the ramp", {}, {}, undefined],
  [
    "a limit names its author (L8)",
    { ceiling: 3, ceilingBy: "ann@wedsync.app" },
    {},
    "limited to 3\u00a0% by ann@wedsync.app, target 50\u00a0%",
  ],
  ["a limit at the target limits nothing", { ceiling: 50, ceilingBy: "ann" }, {}, undefined],
  ["released (A13)", { isReleased: true, inForce: 60 }, {}, "released from the ramp, at 60\u00a0%"],
  ["off", { ceiling: 3 }, { enabled: false }, "switched off"],
  [
    "a kill is stronger than all",
    { isReleased: true },
    { enabled: false, kill: { key: "*" } },
    "killed: off for everybody until the kill is lifted",
  ],
  [
    "another run has it (L9)",
    {},
    { run: { id: "9", outcome: null, phase: { id: "8", key: "couples" } } },
    "held by another phase: couples",
  ],
])("%s", (_, link, flag, expected) => {
  expect(exceptionOf({ ...LINK, ...link, flag: { ...LINK.flag, ...flag } }, "suppliers")).toBe(expected);
});

test("flags in force are counted by their percentage", () => {
  expect(inForceOf([LINK, LINK, { ...LINK, inForce: 3 }])).toBe("2 flags at 5\u00a0%, 1 at 3\u00a0%");
});
