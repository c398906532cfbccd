import { type ComponentType, lazy, type LazyExoticComponent } from "react";

import { reloadOnce } from "./staleBuild";

export interface LazyRoute extends LazyExoticComponent<ComponentType> {
  /** Load the code in advance. */
  readonly preload: () => Promise<void>;
  readonly isLoaded: () => boolean;
}

const AGAIN_MS = 2000;

/** A page whose code is loaded when it is visited. */
export function lazyRoute(load: () => Promise<ComponentType>): LazyRoute {
  let loaded = false;
  const fetched = async () => {
    const Page = await load();
    loaded = true;
    return Page;
  };
  const Page = lazy(async () => ({ default: await fetched().catch(() => onceThere(fetched)) }));
  // A failure is reported when the page is shown, not before.
  return Object.assign(Page, {
    preload: () =>
      fetched().then(
        () => undefined,
        () => undefined,
      ),
    isLoaded: () => loaded,
  });
}

/** Without the server the code cannot be loaded: the reader stays on the current page until it can (U1). */
async function onceThere(load: () => Promise<ComponentType>): Promise<ComponentType> {
  while (!(await serves())) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  try {
    return await load();
  } catch (error) {
    if (reloadOnce()) return new Promise(() => undefined); // the browser leaves this page
    throw error;
  }
}

/** Whether the server answers: reloading without it ends on the error page of the browser. */
async function serves(): Promise<boolean> {
  try {
    return (await fetch("/", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(AGAIN_MS * 2) })).ok;
  } catch {
    return false;
  }
}
