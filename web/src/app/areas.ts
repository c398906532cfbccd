import {
  IconBuildingStore,
  IconChartLine,
  IconFlag,
  IconHeart,
  IconHistory,
  IconHome,
  IconKey,
  IconMessage,
  IconRocket,
  IconSettings,
  IconTerminal2,
  IconUserHeart,
  IconUserQuestion,
  IconUsers,
  type TablerIcon,
} from "@tabler/icons-react";

import type { Role } from "../gql/graphql";
import { STAFF } from "../features/session/roles";
import type { Brand } from "./brands";
import { lazyRoute, type LazyRoute } from "./lazyRoute";

export interface PageEntry {
  /** Without a leading slash. */
  readonly path: string;
  readonly title: string;
  readonly Page: LazyRoute;
  /** Pages without one are not in the navigation. */
  readonly icon?: TablerIcon;
  /** Beside its name in the navigation: how many conversations hold something unread. */
  readonly counts?: "unread";
  /** In the navigation only while this flag is on for the viewer. */
  readonly flag?: string;
}

/** Pages that share a shell, a brand and the roles that may see them. */
export interface AreaEntry {
  readonly brand: Brand;
  readonly roles: readonly Role[];
  readonly pages: readonly PageEntry[];
}

export const admin: AreaEntry = {
  brand: "launch",
  roles: STAFF,
  pages: [
    {
      path: "admin/launch",
      title: "Launch",
      icon: IconRocket,
      Page: lazyRoute(async () => (await import("./LaunchControlPage")).LaunchControlPage),
    },
    {
      path: "admin/monitoring",
      title: "Monitoring",
      icon: IconChartLine,
      Page: lazyRoute(async () => (await import("../features/monitoring/MonitoringPage")).MonitoringPage),
    },
    {
      path: "admin/incidents/:number",
      title: "Incident",
      Page: lazyRoute(async () => (await import("../features/incidents/IncidentPage")).IncidentPage),
    },
    {
      path: "admin/flags",
      title: "Flags",
      icon: IconFlag,
      Page: lazyRoute(async () => (await import("../features/flags/FlagsPage")).FlagsPage),
    },
    {
      path: "admin/flags/:key",
      title: "Flag",
      Page: lazyRoute(async () => (await import("../features/flags/FlagPage")).FlagPage),
    },
    {
      path: "admin/playground",
      title: "Playground",
      icon: IconUserQuestion,
      Page: lazyRoute(async () => (await import("../features/playground/PlaygroundPage")).PlaygroundPage),
    },
    {
      path: "admin/directory",
      title: "Directory",
      icon: IconUsers,
      Page: lazyRoute(async () => (await import("../features/directory/DirectoryPage")).DirectoryPage),
    },
    {
      path: "admin/audit",
      title: "Audit",
      icon: IconHistory,
      Page: lazyRoute(async () => (await import("../features/audit/AuditPage")).AuditPage),
    },
    {
      path: "admin/tokens",
      title: "Tokens",
      icon: IconKey,
      Page: lazyRoute(async () => (await import("../features/tokens/TokensPage")).TokensPage),
    },
    {
      path: "admin/api",
      title: "API",
      icon: IconTerminal2,
      Page: lazyRoute(async () => (await import("../features/api/ApiPage")).ApiPage),
    },
    {
      path: "admin/account",
      title: "Account",
      Page: lazyRoute(async () => (await import("../features/session/AccountPage")).AccountPage),
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
      Page: lazyRoute(async () => (await import("../features/suppliers/DashboardPage")).DashboardPage),
    },
    {
      path: "clients",
      title: "Clients",
      icon: IconUsers,
      flag: "mvp_client_management",
      Page: lazyRoute(async () => (await import("../features/clients/ClientsPage")).ClientsPage),
    },
    {
      path: "clients/import",
      title: "Import clients",
      Page: lazyRoute(async () => (await import("../features/imports/ImportPage")).ImportPage),
    },
    {
      path: "messages",
      title: "Messages",
      icon: IconMessage,
      counts: "unread",
      Page: lazyRoute(async () => (await import("../features/messages/MessagesPage")).MessagesPage),
    },
    {
      path: "messages/:id",
      title: "Messages",
      Page: lazyRoute(async () => (await import("../features/messages/MessagesPage")).MessagesPage),
    },
    {
      path: "notifications",
      title: "Notifications",
      Page: lazyRoute(async () => (await import("../features/inbox/InboxPage")).InboxPage),
    },
    {
      path: "settings",
      title: "Settings",
      icon: IconSettings,
      Page: lazyRoute(async () => (await import("../features/suppliers/SettingsPage")).SettingsPage),
    },
    {
      path: "onboarding/:step",
      title: "Setup",
      Page: lazyRoute(async () => (await import("../features/onboarding/OnboardingPage")).OnboardingPage),
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
      Page: lazyRoute(async () => (await import("../features/couples/OverviewPage")).OverviewPage),
    },
    {
      path: "suppliers",
      title: "Suppliers",
      icon: IconBuildingStore,
      flag: "mvp_couple_suppliers",
      Page: lazyRoute(async () => (await import("../features/couples/SuppliersPage")).SuppliersPage),
    },
    {
      path: "conversations",
      title: "Messages",
      icon: IconMessage,
      counts: "unread",
      Page: lazyRoute(async () => (await import("../features/messages/MessagesPage")).MessagesPage),
    },
    {
      path: "conversations/:id",
      title: "Messages",
      Page: lazyRoute(async () => (await import("../features/messages/MessagesPage")).MessagesPage),
    },
    {
      path: "inbox",
      title: "Notifications",
      Page: lazyRoute(async () => (await import("../features/inbox/InboxPage")).InboxPage),
    },
    {
      path: "profile",
      title: "Profile",
      icon: IconUserHeart,
      Page: lazyRoute(async () => (await import("../features/couples/ProfilePage")).ProfilePage),
    },
  ],
};

export const areas: readonly AreaEntry[] = [admin, supplier, couple];
