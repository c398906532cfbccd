import { formatted } from "./spans";

/** Formats days without a time, such as a wedding date, independent of the viewer's time zone. */

const DAY_MS = 86_400_000;
const STYLES = {
  medium: new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" }),
  long: new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeZone: "UTC" }),
};

/** Formats "2027-06-12" in the viewer's locale. */
export function plainDate(day: string, style: "medium" | "long" = "medium"): string {
  return formatted(STYLES[style], `${day}T00:00:00Z`);
}

/** Today in the viewer's time zone, as "2027-06-12". */
export function today(now: Date): string {
  const [year, month, day] = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** The number of days until a day: 0 is today, 1 is tomorrow, negative is past. */
export function daysUntil(day: string, now: Date): number {
  return Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${today(now)}T00:00:00Z`)) / DAY_MS);
}

/** The time until a day in words. */
export function untilWords(day: string, now: Date): string {
  const days = daysUntil(day, now);
  if (days === 0) return "today";
  if (days === 1) return "tomorrow";
  if (days === -1) return "yesterday";
  return days > 0 ? `in ${days.toLocaleString()} days` : `${(-days).toLocaleString()} days ago`;
}
