import { expect, test } from "vitest";

import { RepeatKeys } from "./repeatKeys";

class Store {
  readonly items = new Map<string, string>();
  getItem = (name: string) => this.items.get(name) ?? null;
  setItem = (name: string, value: string) => void this.items.set(name, value);
  removeItem = (name: string) => void this.items.delete(name);
}

test("a key is the same after a reload, until it has served", () => {
  const storage = new Store();
  expect(new RepeatKeys(storage).read("accept:c")).toBeUndefined();
  const key = new RepeatKeys(storage).of("accept:c");
  expect(key.length).toBeGreaterThanOrEqual(22); // what the server asks for
  expect(new RepeatKeys(storage).of("accept:c")).toBe(key);
  expect(new RepeatKeys(storage).of("accept:other")).not.toBe(key);
  new RepeatKeys(storage).drop("accept:c");
  expect(new RepeatKeys(storage).read("accept:c")).toBeUndefined();
});

test("without a store there is a key all the same", () => {
  expect(new RepeatKeys(undefined).of("accept:c")).toMatch(/^[0-9a-f]{32}$/);
  expect(new RepeatKeys(undefined).read("accept:c")).toBeUndefined();
});
