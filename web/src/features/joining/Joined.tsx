import { Stack, Text, ThemeIcon } from "@mantine/core";
import { IconHearts } from "@tabler/icons-react";

import { LinkButton } from "../../components/Button";
import { AuthCard } from "../../components/AuthCard";
import type { Joined } from "./preview";

/** From now on both partners see the same. */
export function JoinedPage({ joined: { email, hasPassword } }: { joined: Joined }) {
  return (
    <AuthCard brand="WedMe" title="You plan together">
      <Stack align="center" data-testid="join-success" role="status">
        <ThemeIcon size={64} radius="xl" variant="light">
          <IconHearts size={36} aria-hidden />
        </ThemeIcon>
        <Text ta="center">You and your partner now see the same wedding, each with an account of your own.</Text>
        {email && !hasPassword && (
          <Text size="sm" c="dimmed" ta="center">
            You log in with <b>{email}</b>: on other devices by a link that we e-mail you, or with a password.
          </Text>
        )}
        <LinkButton to="/overview" fullWidth>
          Go to your wedding
        </LinkButton>
      </Stack>
    </AuthCard>
  );
}
