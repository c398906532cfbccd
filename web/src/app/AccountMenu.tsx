import { ActionIcon, Menu } from "@mantine/core";
import { IconLogout, IconUser } from "@tabler/icons-react";
import { Link, useNavigate } from "react-router";
import { useMutation } from "urql";

import { accountOf } from "../features/session/roles";
import { LogOutMutation } from "../features/session/session.graphql";
import { useSession, type Viewer } from "../features/session/session";
import { drafts } from "../lib/drafts";
import { notifyFailure } from "../lib/notifyFailure";

export function AccountMenu({ viewer }: { viewer: Viewer }) {
  const { renew } = useSession();
  const navigate = useNavigate();
  const [, logOut] = useMutation(LogOutMutation);

  async function leave() {
    const { error } = await logOut({});
    if (notifyFailure("Still logged in", error, [])) return;
    drafts.dropAll();
    await renew();
    await navigate("/login", { replace: true }); // the next person to log in starts at their own page
  }

  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="Account">
          <IconUser size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {viewer.email} · {viewer.role.toLowerCase()}
        </Menu.Label>
        <Menu.Item component={Link} to={accountOf(viewer.role)} leftSection={<IconUser size={16} />}>
          Account
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void leave()}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
