/**
 * The values of a form when its object has changed: fields that are not being edited take the new ones.
 * `changed`: fields that are edited here and were changed to something else.
 */
export function following<V extends Record<string, string>>(
  before: V,
  now: V,
  values: V,
): { values: V; changed: readonly string[] } {
  const fields = Object.keys(now);
  const isEdited = (field: string) => values[field] !== before[field];
  return {
    values: Object.fromEntries(fields.map((field) => [field, (isEdited(field) ? values : now)[field]])) as V,
    changed: fields.filter((field) => isEdited(field) && now[field] !== before[field] && now[field] !== values[field]),
  };
}
