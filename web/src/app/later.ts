import { type ComponentType, lazy, type LazyExoticComponent } from "react";

import { reloadOnce } from "./outdated";

export interface Later extends LazyExoticComponent<ComponentType> {
  /** Begin to fetch it: it will be wanted. */
  readonly preload: () => Promise<void>;
  readonly isLoaded: () => boolean;
}

const AGAIN_MS = 2000;

/** A page that is fetched when somebody goes there. */
export function later(load: () => Promise<ComponentType>): Later {
  let loaded = false;
  const fetched = async () => {
    const Page = await load();
    loaded = true;
    return Page;
  };
  const Page = lazy(async () => ({ default: await fetched().catch(() => onceThere(fetched)) }));
  // A failure is told when the page is shown, not before.
  return Object.assign(Page, {
    preload: () =>
      fetched().then(
        () => undefined,
        () => undefined,
      ),
    isLoaded: () => loaded,
  });
}

/** Without the server a page cannot be fetched, now: the reader stays where they are until it can (U1). */
async function onceThere(load: () => Promise<ComponentType>): Promise<ComponentType> {
  while (!(await serves())) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  try {
    return await load();
  } catch (error) {
    if (reloadOnce()) return new Promise(() => undefined); // the browser leaves this page
    throw error;
  }
}

/** Whether a new page would come: a reload without it ends on the error page of the browser. */
async function serves(): Promise<boolean> {
  try {
    return (await fetch("/", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(AGAIN_MS * 2) })).ok;
  } catch {
    return false;
  }
}
