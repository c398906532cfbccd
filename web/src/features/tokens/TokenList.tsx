import { Badge, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { Row } from "../../components/Row";
import { Section } from "../../components/Section";
import type { TokenFieldsFragment } from "../../gql/graphql";
import { useLiveQuery } from "../../lib/live";
import { notifyFailure } from "../../lib/notifyFailure";
import { Ago, Moment, useNow } from "../../lib/time";
import { printed } from "./scopes";
import { RevokeTokenMutation, TokensQuery } from "./tokens.graphql";

export function TokenList() {
  const [{ data }, , reading] = useLiveQuery(TokensQuery, {});
  const tokens = data?.apiTokens ?? [];
  return (
    <Section title="Tokens" reading={reading}>
      {tokens.length === 0 && (
        <Text c="dimmed" size="sm">
          No token yet.
        </Text>
      )}
      <Stack gap={0}>
        {tokens.map((token) => (
          <Line key={token.id} token={token} />
        ))}
      </Stack>
    </Section>
  );
}

function Line({ token }: { token: TokenFieldsFragment }) {
  const [, revoke] = useMutation(RevokeTokenMutation);
  const [asking, dialog] = useDisclosure();
  const { label, color, works } = useStanding(token);

  async function onRevoke() {
    const { data, error } = await revoke({ id: token.id });
    notifyFailure("Not revoked", error, data?.revokeApiToken.errors);
  }

  return (
    <Row
      data-testid={`token-${token.name}`}
      aside={
        <>
          <Badge color={color} variant="dot">
            {label}
          </Badge>
          {works && (
            <Button size="xs" variant="light" color="red" onClick={dialog.open}>
              Revoke
            </Button>
          )}
        </>
      }
    >
      <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
        {token.name}{" "}
        <Text span className="code" size="xs" c="dimmed">
          {token.prefix}…
        </Text>
      </Text>
      <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        {token.scopes.map(printed).join(", ")}
      </Text>
      <Text size="xs" c="dimmed">
        {token.lastUsedAt ? (
          <>
            last used <Ago at={token.lastUsedAt} />
          </>
        ) : (
          "never used"
        )}
        {token.revokedAt && (
          <>
            {" "}
            · revoked <Ago at={token.revokedAt} />
          </>
        )}
        {!token.revokedAt && token.expiresAt && (
          <>
            {" "}
            · until <Moment at={token.expiresAt} style="day" />
          </>
        )}
      </Text>
      {asking && (
        <ConfirmDialog
          title={`Revoke ${token.name}`}
          confirm="Revoke"
          color="red"
          onConfirm={onRevoke}
          onClose={dialog.close}
        >
          Clients that use it lose access at once. This cannot be undone.
        </ConfirmDialog>
      )}
    </Row>
  );
}

function useStanding({ revokedAt, expiresAt }: TokenFieldsFragment) {
  const now = useNow();
  const over = expiresAt != null && Date.parse(expiresAt) <= now;
  if (revokedAt) return { label: "Revoked", color: "gray", works: false };
  return over ? { label: "Expired", color: "gray", works: false } : { label: "Works", color: "teal", works: true };
}
