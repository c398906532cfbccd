import { expect, test } from "vitest";

import { oneAfterAnother } from "./sequence";

test("who asks while it runs gets a later run, and all of these the same one", async () => {
  const ends: (() => void)[] = [];
  let runs = 0;
  const ask = oneAfterAnother(async () => {
    runs += 1;
    const number = runs;
    await new Promise<void>((resolve) => ends.push(resolve));
    return number;
  });
  const first = ask();
  await Promise.resolve();
  const [second, third] = [ask(), ask()];
  ends[0]?.();
  expect(await first).toBe(1);
  await Promise.resolve();
  ends[1]?.();
  expect(await Promise.all([second, third])).toEqual([2, 2]);
  expect(runs).toBe(2);
});

test("a run that failed holds up nobody", async () => {
  let runs = 0;
  const ask = oneAfterAnother(() => {
    runs += 1;
    return runs === 1 ? Promise.reject(new Error("no")) : Promise.resolve(runs);
  });
  await expect(ask()).rejects.toThrow("no");
  expect(await ask()).toBe(2);
});
