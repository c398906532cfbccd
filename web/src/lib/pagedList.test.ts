import { expect, test } from "vitest";

import { type Answer, PagedList } from "./pagedList";

interface Row {
  id: string;
  word?: string;
}

/** Pages of two over these ids; whoever asks is noted, and waits until he is let on. */
function listOf(ids: string[]) {
  const asked: (string | null)[] = [];
  const waiting: (() => void)[] = [];
  const ask = async (after: string | null): Promise<Answer<Row, string>> => {
    asked.push(after);
    await new Promise<void>((resolve) => waiting.push(resolve));
    const from = after === null ? 0 : ids.indexOf(after) + 1;
    const nodes = ids.slice(from, from + 2).map((id) => ({ id }));
    return {
      page: { nodes, pageInfo: { hasNextPage: from + 2 < ids.length, endCursor: nodes.at(-1)?.id ?? null } },
      error: undefined,
    };
  };
  const answerAll = async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      waiting.shift()?.();
      await new Promise((resolve) => setTimeout(resolve));
    }
  };
  const list = new PagedList<Row, string>(ask);
  return { list, asked, answerAll, shown: () => list.read().nodes.map(({ id }) => id) };
}

test("it keeps its length when it is read again, and its rows until that is done", async () => {
  const ids = ["a", "b", "c", "d", "e"];
  const { list, answerAll, shown } = listOf(ids);
  list.start();
  await answerAll();
  list.more();
  await answerAll();
  expect(shown()).toEqual(["a", "b", "c", "d"]);
  ids.unshift("new");
  list.again();
  expect(shown()).toEqual(["a", "b", "c", "d"]);
  await answerAll();
  expect(shown()).toEqual(["new", "a", "b", "c"]);
});

test("a page that is asked for is not lost to an event, nor an event to a page", async () => {
  const { list, asked, answerAll, shown } = listOf(["a", "b", "c"]);
  list.start();
  await answerAll();
  list.again();
  list.more();
  list.again();
  await answerAll();
  expect(shown()).toEqual(["a", "b", "c"]);
  expect(asked).toEqual([null, null, "b", null, "b"]); // at first, again, more, and once more for the event after it
});

test("a look tells what is newer, changed or gone, and moves no row", async () => {
  const ids = ["a", "b", "c"];
  const { list, answerAll, shown } = listOf(ids);
  list.start();
  await answerAll();
  list.more();
  await answerAll();
  ids.unshift("new");
  ids.splice(ids.indexOf("b"), 1);
  list.patch({ id: "a", word: "older" });
  list.look();
  await answerAll();
  expect(list.read().news).toEqual({ newer: 1, changed: 0, gone: 0 }); // the first page ends before b
  expect(shown()).toEqual(["a", "b", "c"]);
  ids.splice(0, 3);
  list.look();
  await answerAll();
  expect(list.read().news).toEqual({ newer: 0, changed: 0, gone: 3 });
  ids.push("a");
  list.again();
  await answerAll();
  expect(shown()).toEqual(["a"]);
  expect(list.read().news).toEqual({ newer: 0, changed: 0, gone: 0 });
});

test("rows that read otherwise are changed, and an empty list takes what comes", async () => {
  const ids: string[] = [];
  const words = new Map<string, string>();
  const list = new PagedList<Row, string>(() =>
    Promise.resolve({
      page: { nodes: ids.map((id) => ({ id, word: words.get(id) ?? "" })), pageInfo: { hasNextPage: false } },
      error: undefined,
    }),
  );
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  list.start();
  await settled();
  ids.push("a");
  list.look();
  await settled();
  expect(list.read().nodes).toEqual([{ id: "a", word: "" }]);
  words.set("a", "opened");
  list.look();
  await settled();
  expect(list.read().news).toEqual({ newer: 0, changed: 1, gone: 0 });
  expect(list.read().nodes).toEqual([{ id: "a", word: "" }]);
});

test("what comes after its end is dropped, and it can begin anew", async () => {
  const { list, answerAll, shown } = listOf(["a"]);
  list.start()();
  await answerAll();
  expect(shown()).toEqual([]);
  list.start();
  await answerAll();
  expect(shown()).toEqual(["a"]);
});

test("another list is shown until the first answer, however long it was", async () => {
  const { list, answerAll } = listOf(["a", "b", "c", "d"]);
  list.start();
  await answerAll();
  const other = new PagedList<Row, string>(
    () =>
      Promise.resolve({
        page: { nodes: [{ id: "z" }], pageInfo: { hasNextPage: true, endCursor: "z" } },
        error: undefined,
      }),
    list,
  );
  expect(other.read().nodes.map(({ id }) => id)).toEqual(["a", "b"]);
  other.start();
  await answerAll();
  expect(other.read().nodes.map(({ id }) => id)).toEqual(["z"]);
});

test("a failure leaves the rows, and the next answer ends it", async () => {
  let fails = false;
  const list = new PagedList<Row, string>(() =>
    Promise.resolve(
      fails
        ? { page: undefined, error: "gone" }
        : { page: { nodes: [{ id: "a" }], pageInfo: { hasNextPage: false } }, error: undefined },
    ),
  );
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  list.start();
  await settle();
  fails = true;
  list.again();
  await settle();
  expect(list.read()).toMatchObject({ error: "gone", nodes: [{ id: "a" }], running: undefined });
  fails = false;
  list.again();
  await settle();
  expect(list.read().error).toBeUndefined();
});

test("a row that has changed is replaced where it stands", async () => {
  const { list, answerAll } = listOf(["a", "b"]);
  list.start();
  await answerAll();
  expect(list.patch({ id: "b", word: "new" })).toBe(true);
  expect(list.patch({ id: "x" })).toBe(false);
  const shown = list.read();
  expect(shown.nodes).toEqual([{ id: "a" }, { id: "b", word: "new" }]);
  expect(list.patch({ id: "b", word: "new" })).toBe(true);
  expect(list.read()).toBe(shown); // nothing has changed, nothing is drawn
});
