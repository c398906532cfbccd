import { ActionIcon, Anchor, Badge, Box, Group, Menu, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArchive, IconArrowBackUp, IconDots, IconMail, IconPencil, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { BreakableText } from "../../components/BreakableText";
import type { ClientFieldsFragment } from "../../gql/graphql";
import { plainDate } from "../../lib/dates";
import { notifyFailure } from "../../lib/notifyFailure";
import { Ago } from "../../lib/time";
import { useAccess } from "../access/access";
import { useRealtime } from "../access/realtime";
import { ClientForm } from "./ClientForm";
import { InvitationStream, RevokeInvitationMutation, UpdateClientMutation } from "./clients.graphql";
import { InviteDialog } from "./InviteDialog";
import { KeepAwayDialog } from "./KeepAwayDialog";
import { ToMessages } from "../messages/ToMessages";
import { COMMUNICATION, invitationWords, isPending, STATUSES } from "./status";

/** A client with what can be done; what the couple does shows at once (X13). */
export function ClientRow({ client }: { client: ClientFieldsFragment }) {
  const [editing, edit] = useDisclosure();
  const [inviting, invite] = useDisclosure();
  const { allows } = useAccess();
  const { label, color } = STATUSES[client.status];
  const { text, at } = invitationWords(client);
  const hint = client.invitation?.hint;
  const mayInvite = allows("mvp_client_invitations") && (client.status === "ADDED" || isPending(client));
  return (
    <Group
      className="row"
      justify="space-between"
      align="flex-start"
      wrap="nowrap"
      gap="sm"
      data-testid={`client-${client.coupleNames}`}
      data-status={client.status}
    >
      {client.invitation && isPending(client) && <Follow id={client.invitation.id} />}
      <Box miw={0} flex={1}>
        <Text fw={500} style={{ overflowWrap: "anywhere" }}>
          {client.coupleNames}
        </Text>
        <Text size="sm" c="dimmed">
          {client.weddingDate ? plainDate(client.weddingDate) : "No date yet"}
        </Text>
        {client.email && (
          <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            <BreakableText text={client.email} />
          </Text>
        )}
        <Group gap={6} mt={4}>
          <Badge color={color} variant="light">
            {label}
          </Badge>
          {text && (
            <Text size="xs" c="dimmed">
              {text}
              {at && (
                <>
                  {" "}
                  · <Ago at={at} />
                </>
              )}
            </Text>
          )}
        </Group>
        {client.lastActivityAt && (
          <Text size="xs" c="dimmed" data-testid="communication" data-status={client.communicationStatus}>
            {client.status === "INACTIVE"
              ? `${COMMUNICATION[client.communicationStatus]} · last activity`
              : "Last activity"}{" "}
            <Ago at={client.lastActivityAt} />
          </Text>
        )}
        {client.conversation && <ToMessages conversation={client.conversation} path="/messages" />}
        {hint && client.status !== "INACTIVE" && (
          <Text size="sm" c="var(--warn)" mt={4} role="note" data-hint={hint.kind} style={{ overflowWrap: "anywhere" }}>
            {hint.message}{" "}
            {hint.nextStep === "CORRECT_ADDRESS" && (
              <Anchor component="button" inherit onClick={edit.open}>
                Correct the address
              </Anchor>
            )}
            {hint.nextStep !== "CORRECT_ADDRESS" && mayInvite && (
              <Anchor component="button" inherit onClick={invite.open}>
                Send it again
              </Anchor>
            )}
          </Text>
        )}
      </Box>
      <Group gap="xs" wrap="nowrap">
        {mayInvite && !isPending(client) && (
          <Button size="xs" variant="light" onClick={invite.open}>
            Invite
          </Button>
        )}
        <Actions
          client={client}
          onEdit={edit.open}
          {...(mayInvite && isPending(client) && { onInvite: invite.open })}
        />
      </Group>
      {editing && <ClientForm client={client} onClose={edit.close} />}
      {inviting && <InviteDialog client={client} onClose={invite.close} />}
    </Group>
  );
}

function Follow({ id }: { id: string }) {
  useRealtime(InvitationStream, { id }, () => undefined); // the list polls for all of its rows
  return null;
}

type Question = "archive" | "withdraw" | "block";

function Actions(props: { client: ClientFieldsFragment; onEdit: () => void; onInvite?: () => void }) {
  const { client, onEdit, onInvite } = props;
  const [asking, setAsking] = useState<Question>();
  const [, update] = useMutation(UpdateClientMutation);
  const [, revoke] = useMutation(RevokeInvitationMutation);
  const archived = client.status === "INACTIVE";
  const pending = isPending(client) ? client.invitation : null;

  async function archive() {
    const { data, error } = await update({ input: { id: client.id, archived: !archived } });
    notifyFailure(archived ? "Not restored" : "Not archived", error, data?.updateClient.errors);
  }

  async function takeBack(id: string) {
    const { data, error } = await revoke({ id });
    notifyFailure("Not withdrawn", error, data?.revokeInvitation.errors);
  }

  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`More for ${client.coupleNames}`}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={onEdit}>
            Edit
          </Menu.Item>
          {onInvite && (
            <Menu.Item leftSection={<IconMail size={16} />} onClick={onInvite}>
              Send again
            </Menu.Item>
          )}
          {pending && (
            <Menu.Item leftSection={<IconX size={16} />} onClick={() => setAsking("withdraw")}>
              Withdraw the invitation
            </Menu.Item>
          )}
          {archived ? (
            <Menu.Item leftSection={<IconArrowBackUp size={16} />} onClick={() => void archive()}>
              Restore
            </Menu.Item>
          ) : (
            <Menu.Item leftSection={<IconArchive size={16} />} color="red" onClick={() => setAsking("archive")}>
              Archive
            </Menu.Item>
          )}
          {client.partnership && (
            <Menu.Item leftSection={<IconX size={16} />} color="red" onClick={() => setAsking("block")}>
              Block
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {asking === "withdraw" && pending && (
        <ConfirmDialog
          title="Withdraw"
          confirm="Withdraw"
          onConfirm={() => takeBack(pending.id)}
          onClose={() => setAsking(undefined)}
        >
          The link stops working at once.
        </ConfirmDialog>
      )}
      {asking === "archive" && (
        <ConfirmDialog title="Archive" confirm="Archive" onConfirm={archive} onClose={() => setAsking(undefined)}>
          Ends the connection, withdraws a pending invitation and tells the couple. You can restore the client later.
        </ConfirmDialog>
      )}
      {asking === "block" && client.partnership && (
        <KeepAwayDialog partnershipId={client.partnership.id} onClose={() => setAsking(undefined)} />
      )}
    </>
  );
}
