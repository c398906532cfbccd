import { Group } from "@mantine/core";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { notifyFailure } from "../../lib/notifyFailure";
import { BlockPartnerMutation, EndPartnershipMutation, UnblockPartnerMutation } from "../session/partners.graphql";

interface Props {
  id: string;
  name: string;
  isActive: boolean;
  isBlocked: boolean;
  onChanged: () => void;
}

type Question = "end" | "block";

const WORDS = {
  end: {
    title: "End the connection",
    text: (name: string) =>
      `${name} is told, and sees nothing of yours any more. You can connect again by a new invitation.`,
  },
  block: {
    title: "Block",
    text: (name: string) =>
      `${name} cannot connect with you or invite you by e-mail until you unblock it. It is not told that you blocked it.`,
  },
};

/** What a couple can do about a supplier (M4). */
export function PartnerActions({ id, name, isActive, isBlocked, onChanged }: Props) {
  const [asking, setAsking] = useState<Question>();
  const [, end] = useMutation(EndPartnershipMutation);
  const [, block] = useMutation(BlockPartnerMutation);
  const [, unblock] = useMutation(UnblockPartnerMutation);

  async function act(question: Question) {
    const { error, errors } =
      question === "end"
        ? await end({ id }).then((done) => ({ error: done.error, errors: done.data?.endPartnership.errors }))
        : await block({ id }).then((done) => ({ error: done.error, errors: done.data?.blockPartner.errors }));
    if (!notifyFailure("Not changed", error, errors)) onChanged();
  }

  async function release() {
    const { data, error } = await unblock({ id });
    if (!notifyFailure("Not unblocked", error, data?.unblockPartner.errors)) onChanged();
  }

  return (
    <Group gap={4} wrap="nowrap">
      {isActive && (
        <Button size="xs" variant="subtle" color="gray" onClick={() => setAsking("end")}>
          End
        </Button>
      )}
      {isBlocked ? (
        <Button size="xs" variant="default" onClick={() => void release()}>
          Unblock
        </Button>
      ) : (
        <Button size="xs" variant="subtle" color="gray" onClick={() => setAsking("block")}>
          Block
        </Button>
      )}
      {asking && (
        <ConfirmDialog
          title={WORDS[asking].title}
          confirm={WORDS[asking].title}
          onConfirm={() => act(asking)}
          onClose={() => setAsking(undefined)}
        >
          {WORDS[asking].text(name)}
        </ConfirmDialog>
      )}
    </Group>
  );
}
