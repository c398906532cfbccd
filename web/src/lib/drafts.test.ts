import { expect, test } from "vitest";

import { Drafts } from "./drafts";
import { kept } from "./useDraft";

class Store {
  private readonly items = new Map<string, string>();
  get length() {
    return this.items.size;
  }
  key = (index: number) => [...this.items.keys()][index] ?? null;
  getItem = (name: string) => this.items.get(name) ?? null;
  setItem = (name: string, value: string) => void this.items.set(name, value);
  removeItem = (name: string) => void this.items.delete(name);
}

test("a draft is there again after a refresh, until it is sent", () => {
  const storage = new Store();
  new Drafts(storage).write("create-flag", { key: "search" });
  expect(new Drafts(storage).read("create-flag")).toEqual({ key: "search" });
  new Drafts(storage).drop("create-flag");
  expect(new Drafts(storage).read("create-flag")).toBeUndefined();
});

test("whoever logs in next in this tab finds nothing", () => {
  const drafts = new Drafts(new Store());
  drafts.belongTo("ann");
  drafts.write("note", { note: "secret" });
  drafts.belongTo("ann");
  expect(drafts.read("note")).toEqual({ note: "secret" });
  drafts.belongTo("ben");
  expect(drafts.read("note")).toBeUndefined();
});

test("what was stored by somebody else's code is no draft", () => {
  const storage = new Store();
  storage.setItem("draft:note", "{");
  expect(new Drafts(storage).read("note")).toBeUndefined();
});

test("a page is guarded while any form holds something", () => {
  const drafts = new Drafts(undefined);
  drafts.guard("one", true);
  drafts.guard("two", true);
  drafts.guard("one", false);
  expect(drafts.isGuarding()).toBe(true);
  drafts.guard("two", false);
  expect(drafts.isGuarding()).toBe(false);
});

test("no password is kept", () => {
  expect(kept({ email: "ann@example.org", password: "secret", next: "secret" }, ["password", "next"])).toEqual({
    email: "ann@example.org",
  });
});
