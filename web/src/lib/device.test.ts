import { expect, test } from "vitest";

import { deviceIn } from "./device";

function store(refuses = false) {
  const held = new Map<string, string>();
  return {
    getItem: (key: string) => held.get(key) ?? null,
    setItem(key: string, value: string) {
      if (refuses) throw new Error("full");
      held.set(key, value);
    },
  };
}

test("a browser keeps its id, and each has its own", () => {
  const mine = store();
  expect(deviceIn(mine)).toMatch(/^[0-9a-f]{32}$/);
  expect(deviceIn(mine)).toBe(deviceIn(mine));
  expect(deviceIn(store())).not.toBe(deviceIn(mine));
});

test("a browser that stores nothing has an id all the same", () => {
  expect(deviceIn(store(true))).toMatch(/^[0-9a-f]{32}$/);
});
