import { useEffect } from "react";
import { matchPath } from "react-router";

import { useConnection } from "../lib/connection";
import { type AreaEntry, areas } from "./areas";
import { publicPages } from "./public";

/** Fetch the code of this address's page while the viewer is still being read. */
export function preload(pathname: string): void {
  const pages = [...publicPages, ...areas.flatMap((area) => area.pages)];
  void pages.find(({ path }) => matchPath(`/${path}`, pathname))?.Page.preload();
}

/** After this page, load the others of its area one by one, so that they open without a connection (U1). */
export function usePreload(area: AreaEntry): void {
  const isLive = useConnection().state === "live";
  useEffect(() => {
    if (!isLive) return undefined;
    let wanted = true;
    void whenIdle().then(async () => {
      for (const { Page } of area.pages) if (wanted) await Page.preload();
      if (wanted) document.documentElement.dataset.pages = "loaded"; // tests of a lost connection wait for it
    });
    return () => {
      wanted = false;
    };
  }, [area, isLive]);
}

function whenIdle(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => resolve());
    else setTimeout(resolve, 1000);
  });
}
