import { randomId } from "./ids";

const KEY = "device";

/**
 * The id of this browser. It decides the flags that are evaluated by device, before and after a user
 * signs up or accepts an invitation, so that nothing on the page changes by it (A20). It is
 * random and identifies no person; without storage it lasts as long as the page.
 */
export function deviceIn(storage: Pick<Storage, "getItem" | "setItem">): string {
  try {
    const known = storage.getItem(KEY);
    if (known) return known;
    const fresh = randomId();
    storage.setItem(KEY, fresh);
    return fresh;
  } catch {
    return randomId();
  }
}

/** Works without storage too, even if accessing it throws. */
function store(): Pick<Storage, "getItem" | "setItem"> {
  try {
    return localStorage;
  } catch {
    return { getItem: () => null, setItem: () => undefined };
  }
}

export const deviceId = deviceIn(store());
