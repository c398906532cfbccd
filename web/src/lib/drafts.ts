import { tabStorage } from "./tabStorage";

/** Unsaved input of forms, kept until the tab is closed: it survives a refresh, a crash and a closed dialog. */
export class Drafts {
  private readonly unsent = new Set<string>();

  constructor(
    private readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length"> | undefined,
  ) {}

  read(name: string): object | undefined {
    try {
      const found: unknown = JSON.parse(this.storage?.getItem(PREFIX + name) ?? "null");
      return typeof found === "object" && found !== null ? found : undefined;
    } catch {
      return undefined;
    }
  }

  write(name: string, values: object): void {
    try {
      this.storage?.setItem(PREFIX + name, JSON.stringify(values));
    } catch {
      // The storage is full or not allowed: the guard still applies.
    }
  }

  drop(name: string): void {
    this.storage?.removeItem(PREFIX + name);
  }

  /** Delete the drafts of another account, so that no user sees the input of another. */
  belongTo(owner: string): void {
    if (this.storage?.getItem(OWNER) === owner) return;
    this.dropAll();
    this.storage?.setItem(OWNER, owner);
  }

  dropAll(): void {
    const names = Array.from({ length: this.storage?.length ?? 0 }, (_, index) => this.storage?.key(index) ?? "");
    for (const name of names) if (name.startsWith(PREFIX)) this.storage?.removeItem(name);
    this.unsent.clear();
  }

  /** Record whether a form on the page has unsaved input. */
  guard(name: string, holds: boolean): void {
    if (holds) this.unsent.add(name);
    else this.unsent.delete(name);
  }

  readonly isGuarding = (): boolean => this.unsent.size > 0;
}

const PREFIX = "draft:";
const OWNER = "drafts-of";

export const drafts = new Drafts(tabStorage());
