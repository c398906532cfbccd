import type { CombinedError } from "urql";

import { sentence } from "./notifyFailure";

/** What `placed` needs of a form with any fields. */
export interface FieldedForm {
  readonly setErrors: (errors: Record<string, string>) => void;
  readonly getValues: () => object;
  readonly getInputNode: (path: string) => HTMLElement | null;
}

export interface FieldFailure {
  readonly message: string;
  readonly path?: readonly string[] | null;
}

/**
 * Assign each failure to the field that its path names. Returns the failures without a field
 * as one text; undefined if there are none.
 */
export function placed(
  form: FieldedForm,
  error: CombinedError | undefined,
  failures: readonly FieldFailure[] | undefined,
): string | undefined {
  if (error) return sentence(error);
  const fields = form.getValues();
  const known = (failures ?? []).filter(({ path }) => fieldOf(path) in fields);
  const others = (failures ?? []).filter((failure) => !known.includes(failure));
  form.setErrors(Object.fromEntries(known.map(({ path, message }) => [fieldOf(path), message])));
  if (known[0]) form.getInputNode(fieldOf(known[0].path))?.focus();
  return wholeFormProblem(undefined, others);
}

/** All failures as one text, for forms without fields of their own. */
export function wholeFormProblem(
  error: CombinedError | undefined,
  failures: readonly FieldFailure[] | undefined,
): string | undefined {
  if (error) return sentence(error);
  return (failures ?? []).map(({ message }) => message).join(" ") || undefined;
}

function fieldOf(path: readonly string[] | null | undefined): string {
  return path?.at(-1) ?? "";
}

/** Null for an empty field, as the API expects. */
export function orNull(text: string): string | null {
  return text.trim() === "" ? null : text.trim();
}
