import { type ComponentType, lazy, type LazyExoticComponent } from "react";

export interface Later extends LazyExoticComponent<ComponentType> {
  /** Begin to fetch it: it will be wanted. */
  readonly preload: () => void;
}

/** A page that is fetched when somebody goes there. */
export function later(load: () => Promise<ComponentType>): Later {
  const Page = lazy(async () => ({ default: await load() }));
  // A failure is told when the page is shown, not before.
  return Object.assign(Page, { preload: () => void load().catch(() => {}) });
}
