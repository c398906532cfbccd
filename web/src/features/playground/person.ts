export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

export interface Target {
  /** What the flags are evaluated for; null is a visitor without a key. */
  readonly key: string | null;
  /** The same for people. */
  readonly told: string;
}

export const VISITOR: Target = { key: null, told: "a visitor without a targeting key" };

export function labelOf({ name, email }: Person): string {
  return [name, email].filter(Boolean).join(" · ") || "without a name";
}

export function accountOf(person: Person): Target {
  return { key: person.id, told: `the account ${labelOf(person)}` };
}

/** Ids of the graph name their type: "User:..." in base64. */
export function isUserId(text: string): boolean {
  return text.startsWith("VXNlcj");
}

/**
 * Whom a typed text means, given the people whose name or e-mail holds it. An e-mail that one account has
 * is that account, never a text to hash (U4).
 */
export function targetOf(text: string, found: readonly Person[]): Target {
  const typed = text.trim();
  if (typed === "") return VISITOR;
  const lower = typed.toLowerCase();
  const exact = found.find(
    (person) => person.email.toLowerCase() === lower || person.id === typed || labelOf(person) === typed,
  );
  if (exact) return accountOf(exact);
  const [only, ...others] = found;
  if (typed.includes("@") && only && others.length === 0) return accountOf(only);
  const matches =
    found.length === 0
      ? "no supplier or couple matches"
      : `${found.length} ${found.length === 1 ? "account matches" : "accounts match"}: choose one from the list`;
  return { key: typed, told: `the targeting key “${typed}” (${matches})` };
}
