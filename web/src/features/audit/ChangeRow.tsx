import { Anchor, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArrowBackUp } from "@tabler/icons-react";
import { Link } from "react-router";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Diff } from "../../components/Diff";
import { ReasonModal } from "../../components/ReasonModal";
import { Row } from "../../components/Row";
import type { ChangeFieldsFragment } from "../../gql/graphql";
import { actorName } from "../../lib/actor";
import { notifyFailure } from "../../lib/notifyFailure";
import { Ago } from "../../lib/time";
import { RevertMutation } from "./audit.graphql";

interface Props {
  change: ChangeFieldsFragment;
  mayOperate: boolean;
  /** Its button is in colour: one of many is enough. */
  standsOut?: boolean;
  onReverted: () => void;
}

/** Who changed what, from what to what, why, and the button that undoes it. */
export function ChangeRow({ change, mayOperate, standsOut = false, onReverted }: Props) {
  const [asking, dialog] = useDisclosure();
  const [, revert] = useMutation(RevertMutation);

  async function undo(reason: string) {
    const { data, error } = await revert({ id: change.id, reason });
    const done = !notifyFailure("Not reverted", error, data?.revertChange.errors);
    if (done) onReverted();
    return done;
  }

  return (
    <Row
      data-testid="change"
      aside={
        mayOperate &&
        change.revertible && (
          <Button
            size="xs"
            px="xs"
            {...(standsOut ? { variant: "light", color: "red" } : { variant: "default" })}
            leftSection={<IconArrowBackUp size={14} />}
            onClick={dialog.open}
          >
            Revert
          </Button>
        )
      }
    >
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        <SubjectLink change={change} /> {deed(change)}
      </Text>
      <Diff before={change.before} after={change.after} />
      {change.reason && (
        <Text size="sm" fs="italic" style={{ overflowWrap: "anywhere" }}>
          “{change.reason}”
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {actorName(change.actor)} · <Ago at={change.at} />
        {change.reverts && " · undoes an earlier change"}
      </Text>
      {asking && (
        <ReasonModal
          title={`Revert: ${nameOf(change)} ${deed(change)}`}
          confirm="Revert"
          color="red"
          required
          onConfirm={undo}
          onClose={dialog.close}
        >
          Restores what this change modified:
          <Diff before={change.after} after={change.before} />
        </ReasonModal>
      )}
    </Row>
  );
}

function SubjectLink({ change }: { change: ChangeFieldsFragment }) {
  const { subject } = change;
  if (subject?.__typename !== "FeatureFlag")
    return (
      <Text span fw={600} inherit>
        {nameOf(change)}
      </Text>
    );
  return (
    <Anchor component={Link} to={`/admin/flags/${subject.key}`} fw={600} inherit>
      {nameOf(change)}
    </Anchor>
  );
}

/** "switched on"; "token.created", which names its subject too, is "created". */
function deed({ action }: ChangeFieldsFragment): string {
  return action.slice(action.lastIndexOf(".") + 1).replaceAll("_", " ");
}

function nameOf({ subject }: ChangeFieldsFragment): string {
  if (subject && "name" in subject) return subject.__typename === "ApiToken" ? `Token ${subject.name}` : subject.name;
  return "A deleted object";
}
