import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useMutation } from "urql";

import { Section } from "../../components/Section";
import type { TokenFieldsFragment } from "../../gql/graphql";
import { useLiveQuery } from "../../lib/live";
import { succeeded } from "../../lib/outcome";
import { Ago, local, useNow } from "../../lib/time";
import { printed } from "./scopes";
import { RevokeTokenMutation, TokensQuery } from "./tokens.graphql";

export function TokenList() {
  const [{ data, error, fetching }] = useLiveQuery(TokensQuery, {});
  const tokens = data?.apiTokens ?? [];
  return (
    <Section title="Tokens" error={error} loading={fetching && data === undefined}>
      {tokens.length === 0 && !fetching && <Text c="dimmed" size="sm">No token yet.</Text>}
      <Stack gap={0}>{tokens.map((token) => <Line key={token.id} token={token} />)}</Stack>
    </Section>
  );
}

function Line({ token }: { token: TokenFieldsFragment }) {
  const [state, revoke] = useMutation(RevokeTokenMutation);
  const { label, color, works } = useStanding(token);

  function ask() {
    modals.openConfirmModal({
      title: `Revoke ${token.name}`, labels: { confirm: "Revoke", cancel: "Cancel" }, confirmProps: { color: "red" },
      children: "Whatever uses it is locked out at once. This cannot be undone.",
      onConfirm: () => void revoke({ id: token.id }).then(({ data, error }) =>
        succeeded("Not revoked", error, data?.revokeApiToken.errors)),
    });
  }

  return (
    <Group className="row" justify="space-between" wrap="nowrap" align="flex-start" data-testid={`token-${token.name}`}>
      <div style={{ minWidth: 0 }}>
        <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
          {token.name} <Text span className="code" size="xs" c="dimmed">{token.prefix}…</Text>
        </Text>
        <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>{token.scopes.map(printed).join(", ")}</Text>
        <Text size="xs" c="dimmed">
          {token.lastUsedAt ? <>last used <Ago at={token.lastUsedAt} /></> : "never used"}
          {token.revokedAt && <> · revoked <Ago at={token.revokedAt} /></>}
          {!token.revokedAt && token.expiresAt && ` · until ${local(token.expiresAt)}`}
        </Text>
      </div>
      <Group gap="xs" style={{ flex: "none" }}>
        <Badge color={color} variant="dot">{label}</Badge>
        {works && <Button size="compact-sm" variant="light" color="red" loading={state.fetching} onClick={ask}>Revoke</Button>}
      </Group>
    </Group>
  );
}

function useStanding({ revokedAt, expiresAt }: TokenFieldsFragment) {
  const over = expiresAt != null && Date.parse(expiresAt) <= useNow();
  if (revokedAt) return { label: "Revoked", color: "gray", works: false };
  return over ? { label: "Expired", color: "gray", works: false } : { label: "Works", color: "teal", works: true };
}
