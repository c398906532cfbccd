import { randomId } from "./ids";
import { tabStorage } from "./tabStorage";

/**
 * Idempotency keys that survive a reload of the page, so that a request whose response was lost can be
 * repeated. A key is as good as a credential, so it stays in this tab and is deleted after use.
 */
export class RepeatKeys {
  constructor(private readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined) {}

  /** The key of a request that was sent without receiving a response. */
  read(name: string): string | undefined {
    return this.storage?.getItem(PREFIX + name) ?? undefined;
  }

  /** The current key, the same until it is dropped. */
  of(name: string): string {
    const key = this.read(name) ?? randomId();
    try {
      this.storage?.setItem(PREFIX + name, key);
    } catch {
      // The storage is full or not allowed: a retry is refused as another request.
    }
    return key;
  }

  drop(name: string): void {
    this.storage?.removeItem(PREFIX + name);
  }
}

const PREFIX = "repeat:";

export const repeatKeys = new RepeatKeys(tabStorage());
