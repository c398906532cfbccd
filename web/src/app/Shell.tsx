import { AppShell, Burger, Group, NavLink, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type ReactNode, useEffect, useEffectEvent } from "react";
import { Link, NavLink as RouterLink, useLocation } from "react-router";

import { NoContact } from "../components/NoContact";
import { useAccess } from "../features/access/access";
import { Bell } from "../features/inbox/Bell";
import { inboxOf } from "../features/inbox/paths";
import { ConsentNote } from "../features/legal/ConsentNote";
import { UnreadMark } from "../features/messages/UnreadMark";
import { homeOf } from "../features/session/roles";
import type { Viewer } from "../features/session/session";
import { useLostContact } from "../lib/connection";
import { AccountMenu } from "./AccountMenu";
import type { AreaEntry, PageEntry } from "./areas";
import { looks } from "./brands";
import { ColorSchemeButton } from "./ColorSchemeButton";
import { ConnectionMark } from "./ConnectionMark";
import { usePreload } from "./preload";

interface Props {
  area: AreaEntry;
  viewer: Viewer;
  children: ReactNode;
}

/** So many pages fit beside each other at the bottom of a phone; more are behind a button. */
const FIT_BELOW = 4;

/** The frame of an area: a bar at the left of wide screens; at the bottom of phones, or behind a button. */
export function Shell({ area, viewer, children }: Props) {
  const [opened, menu] = useDisclosure();
  const { pathname } = useLocation();
  const closeMenu = useEffectEvent(menu.close);
  useEffect(() => closeMenu(), [pathname]);
  const { known, allows } = useAccess();
  const pages = area.pages.filter(({ icon, flag }) => icon && (!flag || (known && allows(flag))));
  const isLost = useLostContact();
  const inbox = inboxOf(viewer.role);
  usePreload(area);
  const below = pages.length <= FIT_BELOW;
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !opened } }}
      {...(below && pages.length > 1 && { footer: { height: { base: 60, sm: 0 } } })}
      padding={{ base: "sm", sm: "md" }}
    >
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <AppShell.Header px={{ base: "sm", sm: "md" }}>
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap" miw={0}>
            {!below && (
              <Burger
                opened={opened}
                onClick={menu.toggle}
                hiddenFrom="sm"
                size="sm"
                aria-label={opened ? "Close the menu" : "Open the menu"}
              />
            )}
            <Text
              component={Link}
              to={homeOf(viewer.role)}
              fw={700}
              c="var(--mantine-primary-color-light-color)"
              truncate
            >
              {looks[area.brand].name}
            </Text>
          </Group>
          <Group gap="sm" wrap="nowrap">
            <ConnectionMark />
            {inbox && <Bell path={inbox} />}
            <ColorSchemeButton />
            <AccountMenu viewer={viewer} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label="Pages">
        {pages.map((page) => (
          <SideLink key={page.path} page={page} />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <NoContact />
        {(viewer.role === "SUPPLIER" || viewer.role === "COUPLE") && <ConsentNote />}
        <div {...(isLost && { className: "last-known" })}>{children}</div>
      </AppShell.Main>
      {below && pages.length > 1 && (
        <AppShell.Footer component="nav" aria-label="Pages" hiddenFrom="sm">
          <Group h="100%" grow gap={0} wrap="nowrap">
            {pages.map((page) => (
              <BottomLink key={page.path} page={page} />
            ))}
          </Group>
        </AppShell.Footer>
      )}
    </AppShell>
  );
}

function SideLink({ page: { path, title, icon: Icon, counts } }: { page: PageEntry }) {
  const active = useLocation().pathname.startsWith(`/${path}`);
  return (
    <NavLink
      component={Link}
      to={`/${path}`}
      label={title}
      active={active}
      aria-current={active ? "page" : undefined}
      leftSection={Icon && <Icon size={18} aria-hidden />}
      rightSection={counts && <UnreadMark />}
    />
  );
}

function BottomLink({ page: { path, title, icon: Icon, counts } }: { page: PageEntry }) {
  return (
    <RouterLink to={`/${path}`} className="bottom-link">
      {Icon && <Icon size={22} aria-hidden />}
      <span>{title}</span>
      {counts && (
        <span className="bottom-link-mark">
          <UnreadMark />
        </span>
      )}
    </RouterLink>
  );
}
