import { expect, test } from "vitest";

import { digestOf, MAX_BYTES, partsOf, tooLarge } from "./file";

const bytes = Uint8Array.from({ length: 200_001 }, (_, index) => index % 256);

test("the parts together are the base64 of the file, each within the limit of a text", () => {
  const parts = partsOf(bytes);
  expect(parts.length).toBe(3);
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(100_000);
  expect(parts.join("")).toBe(Buffer.from(bytes).toString("base64"));
});

test("a file that is empty or too large is not sent", () => {
  expect(tooLarge(MAX_BYTES)).toBeUndefined();
  expect(tooLarge(0)).toContain("empty");
  expect(tooLarge(MAX_BYTES + 1)).toContain("Split it");
});

test("other bytes have another digest", () => {
  expect(digestOf(bytes)).toBe(digestOf(bytes.slice()));
  expect(digestOf(bytes)).not.toBe(digestOf(bytes.slice(1)));
});
