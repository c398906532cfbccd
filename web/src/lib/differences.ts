/** Fields that a diff omits: the order of versions already shows them. */
const UNTOLD = new Set(["version"]);

/** A field of an object before and after; `undefined` on a side without it. */
export interface Difference {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** The fields in which the two sides of an audit entry differ; for a new object, only those with a value. */
export function differences(before: unknown, after: unknown): Difference[] {
  const [old, now] = [fields(before), fields(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((field) => !UNTOLD.has(field) && JSON.stringify(old[field]) !== JSON.stringify(now[field]))
    .filter((field) => before != null || !isEmpty(now[field]))
    .map((field) => ({ field, from: old[field], to: now[field] }));
}

/** The value of a field as text; the items of a list by name or percentage. */
export function shown(value: unknown, field = ""): string {
  if (isEmpty(value)) return "none";
  if (/percentage$/i.test(field)) return `${String(value)} %`;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(entry).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** rolloutPercentage → rollout percentage. */
export function fieldName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function entry(item: unknown): string {
  if (typeof item !== "object" || item === null) return String(item);
  if ("key" in item) return String(item.key);
  if ("percentage" in item) return `${String(item.percentage)} %`;
  return JSON.stringify(item);
}

function fields(side: unknown): Record<string, unknown> {
  return typeof side === "object" && side !== null ? (side as Record<string, unknown>) : {};
}

function isEmpty(value: unknown): boolean {
  return value == null || value === "" || (Array.isArray(value) && value.length === 0);
}
