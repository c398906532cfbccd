/** What a version says of itself is said by its order already. */
const UNTOLD = new Set(["version"]);

/** A field of one thing before and after; `undefined` where a side does not have it. */
export interface Difference {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** What the audit's two sides differ in; of what is new, only what says something. */
export function differences(before: unknown, after: unknown): Difference[] {
  const [old, now] = [fields(before), fields(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((field) => !UNTOLD.has(field) && JSON.stringify(old[field]) !== JSON.stringify(now[field]))
    .filter((field) => before != null || !isEmpty(now[field]))
    .map((field) => ({ field, from: old[field], to: now[field] }));
}

/** A value of a field as people read it. Of a list of things, each by its name or its share. */
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
