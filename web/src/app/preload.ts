import { matchPath } from "react-router";

import { areas } from "./areas";
import { publicPages } from "./public";

/** Fetch the page of this address while the server is still asked who is logged in. */
export function preload(pathname: string): void {
  const pages = [...publicPages, ...areas.flatMap((area) => area.pages)];
  pages.find(({ path }) => matchPath(`/${path}`, pathname))?.Page.preload();
}
