import { expect, test } from "vitest";

import { orNull, placed } from "./forms";

function formOf(values: Record<string, unknown>) {
  const shown: Record<string, unknown> = {};
  const form = {
    getValues: () => values,
    setErrors: (errors: object) => void Object.assign(shown, errors),
    getInputNode: () => null,
  };
  return { shown, form };
}

test("a failure stands at the field that its path names", () => {
  const { form, shown } = formOf({ email: "", coupleNames: "" });
  const left = placed(form, undefined, [{ message: "Not an e-mail.", path: ["input", "email"] }]);
  expect(shown).toEqual({ email: "Not an e-mail." });
  expect(left).toBeUndefined();
});

test("what belongs to no field is said of the whole form", () => {
  const { form, shown } = formOf({ email: "" });
  const left = placed(form, undefined, [
    { message: "Too often.", path: null },
    { message: "Another key.", path: ["input", "idempotencyKey"] },
  ]);
  expect(shown).toEqual({});
  expect(left).toBe("Too often. Another key.");
});

test("an empty field says nothing", () => {
  expect([orNull("  "), orNull(" a ")]).toEqual([null, "a"]);
});
