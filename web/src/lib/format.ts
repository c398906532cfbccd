/** ROLLED_BACK → Rolled back: an enum value for people. */
export function sentenceCase(value: string): string {
  return value.charAt(0) + value.slice(1).toLowerCase().replaceAll("_", " ");
}

/** One flag, 3 flags. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count.toLocaleString()} ${count === 1 ? one : several}`;
}

/** The database, log-in and e-mail. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}

/** Splits a key or an address where a line may break. */
export function parted(word: string): string[] {
  return word.split(/(?=[@.])|(?<=[_-])/);
}

/** Keeps a number and its unit on one line: "in 60 s", "0 % to 10 %". */
export function unbroken(text: string): string {
  return text.replace(/(?<=\d) (?=(?:%|ms|s|min|h|d)(?![\p{L}\d]))/gu, "\u00a0");
}

interface Couple {
  partner1Name: string | null;
  partner2Name: string | null;
}

/** `Emma & James`, the one name that is known, or `unnamed`. */
export function coupleNames({ partner1Name, partner2Name }: Couple, unnamed: string): string {
  return [partner1Name, partner2Name].filter(Boolean).join(" & ") || unnamed;
}
