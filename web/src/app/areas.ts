import {
  IconRocket, type TablerIcon,
} from "@tabler/icons-react";
import { type ComponentType, lazy, type LazyExoticComponent } from "react";

import type { Role } from "../gql/graphql";
import { STAFF } from "../features/session/roles";
import type { Brand } from "./brands";

export interface PageEntry {
  /** Without a leading slash. */
  readonly path: string;
  readonly title: string;
  readonly Page: LazyExoticComponent<ComponentType>;
  /** Pages without one are not in the navigation. */
  readonly icon?: TablerIcon;
}

/** Pages that share a shell, a brand and those who may see them. */
export interface AreaEntry {
  readonly brand: Brand;
  readonly roles: readonly Role[];
  readonly pages: readonly PageEntry[];
}

/** A page that is fetched when somebody goes there. */
function later(load: () => Promise<ComponentType>): LazyExoticComponent<ComponentType> {
  return lazy(async () => ({ default: await load() }));
}

export const admin: AreaEntry = {
  brand: "launch",
  roles: STAFF,
  pages: [
    {
      path: "admin/launch",
      title: "Launch",
      icon: IconRocket,
      Page: later(async () => (await import("./LaunchControlPage")).LaunchControlPage),
    },
  ],
};

export const areas: readonly AreaEntry[] = [admin];
