import {
  ActionIcon, AppShell, Group, Menu, Text, useComputedColorScheme, useMantineColorScheme,
} from "@mantine/core";
import { IconLogout, IconMoon, IconSun, IconUser } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useMutation } from "urql";

import { LogOutMutation } from "../features/session/session.graphql";
import { type ConnectionState, useConnection } from "../lib/connection";
import { span, useNow } from "../lib/time";

interface Props {
  viewer: { email: string; role: string };
  onLoggedOut: () => void;
  children: ReactNode;
}

export function Shell({ viewer, onLoggedOut, children }: Props) {
  const [, logOut] = useMutation(LogOutMutation);
  return (
    <AppShell header={{ height: 52 }} padding={{ base: "sm", sm: "md" }}>
      <AppShell.Header px={{ base: "sm", sm: "md" }}>
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Text fw={600} truncate>Launch Control</Text>
          <Group gap="sm" wrap="nowrap">
            <ConnectionMark />
            <ColorSchemeButton />
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon variant="subtle" color="gray" aria-label="Account"><IconUser size={18} /></ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Label>{viewer.email} · {viewer.role.toLowerCase()}</Menu.Label>
                <Menu.Item
                  leftSection={<IconLogout size={16} />}
                  onClick={() => void logOut({}).then(onLoggedOut)}
                >
                  Log out
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Main>{children}</AppShell.Main>
    </AppShell>
  );
}

const MARKS: Record<ConnectionState, { color: string; label: string }> = {
  connecting: { color: "gray", label: "Connecting" },
  live: { color: "teal", label: "Live" },
  reconnecting: { color: "yellow", label: "Reconnecting" },
  polling: { color: "orange", label: "Polling" },
};

/** Whether what is shown is live; a dead stream must never look like calm (SPEC A24). */
function ConnectionMark() {
  const { state, since } = useConnection();
  const age = useNow() - since;
  const { color, label } = MARKS[state];
  return (
    <Group gap={6} wrap="nowrap" role="status" data-testid="connection" data-state={state}>
      <span className="dot" style={{ background: `var(--mantine-color-${color}-6)` }} aria-hidden />
      <Text size="sm">{state === "live" ? label : `${label} ${span(age)}`}</Text>
    </Group>
  );
}

function ColorSchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("dark");
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <ActionIcon
      variant="subtle" color="gray" aria-label={`Switch to ${other} colours`}
      onClick={() => setColorScheme(other)}
    >
      {scheme === "dark" ? <IconSun size={18} /> : <IconMoon size={18} />}
    </ActionIcon>
  );
}
