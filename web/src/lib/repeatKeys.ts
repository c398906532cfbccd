import { randomId } from "./ids";
import { tabStorage } from "./tabStorage";

/**
 * Idempotency keys that outlive a reload of the page: an answer that got lost with it can be asked for
 * again. One is as good as a log-in, so it stays in this tab, and is forgotten once it has served.
 */
export class RepeatKeys {
  constructor(private readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined) {}

  /** That of a request that was sent and never answered. */
  read(name: string): string | undefined {
    return this.storage?.getItem(PREFIX + name) ?? undefined;
  }

  /** The same until it is dropped. */
  of(name: string): string {
    const key = this.read(name) ?? randomId();
    try {
      this.storage?.setItem(PREFIX + name, key);
    } catch {
      // The store is full or refused: a repeat without a reload is not the same either, and is told so.
    }
    return key;
  }

  drop(name: string): void {
    this.storage?.removeItem(PREFIX + name);
  }
}

const PREFIX = "repeat:";

export const repeatKeys = new RepeatKeys(tabStorage());
