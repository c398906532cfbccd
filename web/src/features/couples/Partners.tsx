import { Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { Section } from "../../components/Section";
import type { PartnerFieldsFragment } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { Moment } from "../../lib/time";
import { find, useGuarded } from "../access/availability";
import { Closed } from "../access/Closed";
import { useSession } from "../session/session";
import { InvitePartner } from "./InvitePartner";
import { RemoveCoupleMemberMutation } from "./partner.graphql";

interface Props {
  couple: PartnerFieldsFragment;
  onChanged: () => void;
}

type Member = PartnerFieldsFragment["members"][number];

/** Who sees and edits this wedding: one or both partners, each of whom can leave or be removed (M9). */
export function Partners({ couple, onChanged }: Props) {
  const isAlone = couple.members.length < 2;
  return (
    <Section title="Who plans this wedding">
      <Stack gap={0}>
        {couple.members.map((member) => (
          <MemberRow key={member.id} member={member} isAlone={isAlone} onChanged={onChanged} />
        ))}
      </Stack>
      {isAlone && <Invite couple={couple} onChanged={onChanged} />}
    </Section>
  );
}

function Invite({ couple, onChanged }: Props) {
  const door = find(useGuarded("COUPLE"), "MUTATION", "inviteToCouple");
  if (door && door.availability !== "OPEN") {
    return <Closed name={door.title} availability={door.availability} testId="closed-invite-partner" />;
  }
  return (
    <>
      <Text size="sm">Your partner can have an account of their own. You both see and edit the same.</Text>
      <InvitePartner invitation={couple.partnerInvitation} onChanged={onChanged} />
    </>
  );
}

function MemberRow({ member, isAlone, onChanged }: { member: Member; isAlone: boolean; onChanged: () => void }) {
  const [asking, dialog] = useDisclosure();
  return (
    <Group className="row" justify="space-between" gap="xs" data-testid="couple-member" data-own={member.isViewer}>
      <Stack gap={0} miw={0} flex="1 1 12rem">
        <Text fw={500} style={{ overflowWrap: "anywhere" }}>
          {member.email}
        </Text>
        <Text size="sm" c="dimmed">
          {member.isViewer ? "You" : "Your partner"}, since <Moment at={member.joinedAt} style="day" />
        </Text>
      </Stack>
      {!isAlone && (
        <Button size="xs" variant="default" onClick={dialog.open} data-testid="remove-member-btn">
          {member.isViewer ? "Leave" : "Remove"}
        </Button>
      )}
      {asking && <Remove member={member} onChanged={onChanged} onClose={dialog.close} />}
    </Group>
  );
}

interface RemoveProps {
  member: Member;
  onChanged: () => void;
  onClose: () => void;
}

function Remove({ member, onChanged, onClose }: RemoveProps) {
  const { renew } = useSession();
  const [, remove] = useMutation(RemoveCoupleMemberMutation);
  const { isViewer } = member;

  async function confirm() {
    const { data, error } = await remove({ id: member.id });
    if (notifyFailure("Not changed", error, data?.removeCoupleMember.errors)) return;
    onChanged();
    if (isViewer) await renew();
  }

  return (
    <ConfirmDialog
      title={isViewer ? "Leave this wedding" : "Remove your partner"}
      confirm={isViewer ? "Leave" : "Remove"}
      color="red"
      onConfirm={confirm}
      onClose={onClose}
    >
      {isViewer
        ? "You will no longer see its suppliers and messages; your partner keeps them. We will write to both of you."
        : `${member.email} will no longer see your suppliers and messages. We will write to both of you.`}
    </ConfirmDialog>
  );
}
