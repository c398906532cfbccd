import { Card, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useEffect, useEffectEvent, useState } from "react";
import { useSearchParams } from "react-router";

import { Button, LinkButton } from "../../components/Button";
import { Page } from "../../components/Page";
import { Pager } from "../../components/Pager";
import { Section } from "../../components/Section";
import type { ClientsQuery as Data, ClientStatus } from "../../gql/graphql";
import { useLiveQuery } from "../../lib/live";
import { useCursors } from "../../lib/pages";
import { counted } from "../../lib/format";
import { useAccess } from "../access/access";
import { Gate } from "../access/Gate";
import { useRealtime } from "../access/realtime";
import { BulkProgress } from "../bulk/BulkProgress";
import { InviteButton } from "../bulk/InviteButton";
import { ClientForm } from "./ClientForm";
import { ClientRow } from "./ClientRow";
import { ClientsQuery, ClientsStream } from "./clients.graphql";
import { STATUSES } from "./status";

const FLAG = "mvp_client_management";

/** The couples that a supplier works with, and how far each is (S35, S113). */
export function ClientsPage() {
  const [adding, dialog] = useDisclosure();
  const { known, allows } = useAccess();
  return (
    <Page
      title="Clients"
      aside={
        known &&
        allows(FLAG) && (
          <Group gap="xs">
            <LinkButton to="/clients/import" variant="default" data-testid="import-clients">
              Import
            </LinkButton>
            <Button leftSection={<IconPlus size={16} />} onClick={dialog.open} data-testid="add-client">
              Add a client
            </Button>
          </Group>
        )
      }
    >
      <Gate flag={FLAG}>
        <Clients onAdd={dialog.open} />
      </Gate>
      {adding && <ClientForm onClose={dialog.close} />}
    </Page>
  );
}

function Clients({ onAdd }: { onAdd: () => void }) {
  const [search, setSearch] = useSearchParams();
  const status = statusOf(search.get("status"));
  const wanted = search.get("search") ?? "";
  const [words, setWords] = useState(wanted); // the address follows the field, a moment later
  const [typed] = useDebouncedValue(words.trim(), 250);
  const cursors = useCursors(`${status} ${wanted}`);
  const [{ data }, again, reading] = useLiveQuery(ClientsQuery, {
    after: cursors.after,
    status,
    search: wanted || null,
  });
  const ask = () => again({ requestPolicy: "network-only" });
  useRealtime(ClientsStream, {}, ask);
  const clients = data?.viewer?.supplier?.clients;
  const isInviting = data?.viewer?.supplier?.bulkInvitation?.status === "RUNNING";
  const uninvited = isInviting ? 0 : (data?.viewer?.supplier?.uninvited.totalCount ?? 0);

  function filter(name: string, value: string) {
    setSearch(
      (now) => {
        if (value) now.set(name, value);
        else now.delete(name);
        return now;
      },
      { replace: true, preventScrollReset: true },
    );
  }

  const follow = useEffectEvent((text: string) => {
    if (text !== wanted) filter("search", text);
  });
  useEffect(() => follow(typed), [typed]);

  return (
    <>
      <BulkProgress />
      <Group gap="sm">
        <TextInput
          flex="1 1 12rem"
          placeholder="Names or e-mail"
          aria-label="Search clients"
          value={words}
          leftSection={<IconSearch size={16} />}
          maxLength={200}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <Select
          w={160}
          aria-label="Status"
          placeholder="All"
          clearable
          value={status}
          data={Object.entries(STATUSES).map(([value, { label }]) => ({ value, label }))}
          onChange={(value) => filter("status", value?.toLowerCase() ?? "")}
          clearButtonProps={{ "aria-label": "Show all" }}
        />
      </Group>
      <Section title="Your clients" reading={reading} aside={uninvited > 1 && <InviteButton count={uninvited} />}>
        {clients && <Rows clients={clients} filtered={status !== null || wanted !== ""} onAdd={onAdd} />}
        {clients && clients.totalCount > 0 && (
          <Pager cursors={cursors} pageInfo={clients.pageInfo} total={counted(clients.totalCount, "client")} />
        )}
      </Section>
    </>
  );
}

type List = NonNullable<NonNullable<Data["viewer"]>["supplier"]>["clients"];

function Rows({ clients, filtered, onAdd }: { clients: List; filtered: boolean; onAdd: () => void }) {
  if (clients.nodes.length > 0) {
    return (
      <Stack gap={0}>
        {clients.nodes.map((client) => (
          <ClientRow key={client.id} client={client} />
        ))}
      </Stack>
    );
  }
  if (filtered) return <Text c="dimmed">No client matches.</Text>;
  return (
    <Card>
      <Stack align="center" py="lg">
        <Text c="dimmed" ta="center">
          No clients yet. Add a couple that you are working with.
        </Text>
        <Button variant="light" onClick={onAdd}>
          Add your first client
        </Button>
      </Stack>
    </Card>
  );
}

function statusOf(text: string | null): ClientStatus | null {
  const status = text?.toUpperCase() ?? "";
  return status in STATUSES ? (status as ClientStatus) : null;
}
