/** Formats a duration: 45 s, 3 min, 2 h 5 min, 4 d, with non-breaking spaces. */
export function span(milliseconds: number): string {
  return worded(milliseconds).replaceAll(" ", "\u00a0");
}

function worded(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} d`;
}

// Shared by the whole page: creating a format takes a hundred times as long as using it.
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const TIME = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** Formats a moment; empty for an invalid one, which charts pass before they have data. */
export function formatted(format: Intl.DateTimeFormat, moment: string): string {
  const date = new Date(moment);
  return Number.isNaN(date.valueOf()) ? "" : format.format(date);
}

/** A moment in the viewer's time zone. */
export function local(moment: string): string {
  return formatted(MOMENT, moment);
}

/** The time of day, to the second, in the viewer's time zone. */
export function clockTime(moment: string): string {
  return formatted(TIME, moment);
}

/** The day of a moment in the viewer's time zone. */
export function localDay(moment: string): string {
  return formatted(DAY, moment);
}
