import {
  IconBuildingStore, IconHeart, IconHome, IconRocket, IconSettings, IconUserHeart, IconUsers,
  type TablerIcon,
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
export function later(load: () => Promise<ComponentType>): LazyExoticComponent<ComponentType> {
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

const supplier: AreaEntry = {
  brand: "wedsync",
  roles: ["SUPPLIER"],
  pages: [
    {
      path: "dashboard",
      title: "Dashboard",
      icon: IconHome,
      Page: later(async () => (await import("../features/suppliers/DashboardPage")).DashboardPage),
    },
    {
      path: "clients",
      title: "Clients",
      icon: IconUsers,
      Page: later(async () => (await import("../features/clients/ClientsPage")).ClientsPage),
    },
    {
      path: "settings",
      title: "Settings",
      icon: IconSettings,
      Page: later(async () => (await import("../features/suppliers/SettingsPage")).SettingsPage),
    },
    {
      path: "onboarding/:step",
      title: "Setup",
      Page: later(async () => (await import("../features/onboarding/OnboardingPage")).OnboardingPage),
    },
  ],
};

const couple: AreaEntry = {
  brand: "wedme",
  roles: ["COUPLE"],
  pages: [
    {
      path: "overview",
      title: "Overview",
      icon: IconHeart,
      Page: later(async () => (await import("../features/couples/OverviewPage")).OverviewPage),
    },
    {
      path: "suppliers",
      title: "Suppliers",
      icon: IconBuildingStore,
      Page: later(async () => (await import("../features/couples/SuppliersPage")).SuppliersPage),
    },
    {
      path: "profile",
      title: "Profile",
      icon: IconUserHeart,
      Page: later(async () => (await import("../features/couples/ProfilePage")).ProfilePage),
    },
  ],
};

export const areas: readonly AreaEntry[] = [admin, supplier, couple];
