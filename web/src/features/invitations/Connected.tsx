import { List, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconHeartHandshake } from "@tabler/icons-react";

import { LinkButton } from "../../components/Button";
import { AuthCard } from "../../components/AuthCard";

export interface Connection {
  readonly supplier: string;
  /** The log-in of a new account; undefined if the account existed before. */
  readonly email: string | undefined;
  readonly hasPassword: boolean;
  readonly warnings: readonly string[];
}

/** The moment that the whole product is about: two sides are connected (S86). */
export function Connected({ connection }: { connection: Connection }) {
  const { supplier, email, hasPassword, warnings } = connection;
  return (
    <AuthCard brand="WedMe" title="You are connected">
      <Stack align="center" data-testid="connection-success" role="status">
        <ThemeIcon size={64} radius="xl" variant="light">
          <IconHeartHandshake size={36} aria-hidden />
        </ThemeIcon>
        <Text ta="center">
          You and <b>{supplier}</b> now plan together.
        </Text>
        {email && !hasPassword && (
          <Text size="sm" c="dimmed" ta="center">
            You log in with <b>{email}</b>: on other devices by a link that we e-mail you, or with a password.
          </Text>
        )}
        {warnings.length > 0 && (
          <List size="sm">
            {warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        )}
        <LinkButton to="/overview" fullWidth>
          Go to your wedding
        </LinkButton>
        {email && !hasPassword && (
          <LinkButton to="/profile" variant="default" fullWidth>
            Set a password
          </LinkButton>
        )}
      </Stack>
    </AuthCard>
  );
}
