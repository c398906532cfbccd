import { Badge, Select, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { BreakableText } from "../../components/BreakableText";
import { ReasonModal } from "../../components/ReasonModal";
import { Row } from "../../components/Row";
import type { Role, StaffFieldsFragment } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { Ago } from "../../lib/time";
import { sentenceCase } from "../../lib/format";
import { ROLES } from "./roles";
import { ChangeRoleMutation, DisableMutation, EnableMutation } from "./staff.graphql";

interface Props {
  user: StaffFieldsFragment;
  isMe: boolean;
  onChanged: () => void;
}

export function StaffRow({ user, isMe, onChanged }: Props) {
  const email = user.email ?? "hidden";
  const [, change] = useMutation(ChangeRoleMutation);
  const [enabling, enable] = useMutation(EnableMutation);
  const [, disable] = useMutation(DisableMutation);
  const [asking, dialog] = useDisclosure();

  async function onRole(role: Role) {
    const { data, error } = await change({ id: user.id, role });
    if (!notifyFailure("Role not changed", error, data?.done.errors)) onChanged();
  }

  async function onEnable() {
    const { data, error } = await enable({ id: user.id });
    if (!notifyFailure("Not enabled", error, data?.done.errors)) onChanged();
  }

  async function onDisable(reason: string) {
    const { data, error } = await disable({ id: user.id, reason: reason || null });
    const done = !notifyFailure("Not disabled", error, data?.done.errors);
    if (done) onChanged();
    return done;
  }

  return (
    <Row
      data-testid={`staff-${email}`}
      aside={
        <>
          {user.disabledAt && (
            <Badge color="gray" variant="dot">
              Disabled
            </Badge>
          )}
          {isMe ? (
            <Text size="sm">{sentenceCase(user.role)}</Text>
          ) : (
            <Select
              size="xs"
              w={210}
              aria-label={`Role of ${email}`}
              data={ROLES}
              value={user.role}
              allowDeselect={false}
              onChange={(role) => role && role !== user.role && void onRole(role)}
            />
          )}
          {!isMe &&
            (user.disabledAt ? (
              <Button sends size="xs" variant="default" loading={enabling.fetching} onClick={() => void onEnable()}>
                Enable
              </Button>
            ) : (
              <Button size="xs" variant="light" color="red" onClick={dialog.open}>
                Disable
              </Button>
            ))}
        </>
      }
    >
      <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
        <BreakableText text={email} />
        {isMe && " (you)"}
      </Text>
      <Text size="xs" c="dimmed">
        {user.lastLoginAt ? (
          <>
            last log-in <Ago at={user.lastLoginAt} />
          </>
        ) : (
          "has never logged in"
        )}
      </Text>
      {asking && (
        <ReasonModal
          title={`Disable ${email}`}
          confirm="Disable"
          color="red"
          onConfirm={onDisable}
          onClose={dialog.close}
        >
          Their sessions and streams end at once. The reason is stored in the audit; do not name anybody in it.
        </ReasonModal>
      )}
    </Row>
  );
}
