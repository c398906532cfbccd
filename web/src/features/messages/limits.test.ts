import { expect, test } from "vitest";

import { bytesTooMany, MAX_BYTES } from "./limits";

test.each([
  ["a".repeat(MAX_BYTES), 0],
  ["a".repeat(MAX_BYTES + 3), 3],
  ["é".repeat(MAX_BYTES / 2 + 1), 2],
  ["💐".repeat(MAX_BYTES / 4), 0],
  [`  ${"a".repeat(MAX_BYTES)}\n`, 0],
])("a text is measured as the server measures it", (text, excess) => {
  expect(bytesTooMany(text)).toBe(excess);
});
