import { Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import { LoadMore } from "../../components/LoadMore";
import { Section } from "../../components/Section";
import type { Role } from "../../gql/graphql";
import { placed } from "../../lib/forms";
import { usePages } from "../../lib/pagedQuery";
import { useFormDraft } from "../../lib/useDraft";
import { useViewer } from "../session/session";
import { ROLES } from "./roles";
import { InviteStaffMutation, StaffQuery } from "./staff.graphql";
import { StaffRow } from "./StaffRow";

/** The staff and their roles (A53). */
export function Staff() {
  const me = useViewer();
  const [inviting, dialog] = useDisclosure();
  const pages = usePages(StaffQuery, {}, (data) => data.staff);
  return (
    <Section
      title="Launch team"
      reading={pages}
      aside={
        <Button size="xs" onClick={dialog.open}>
          Invite a person
        </Button>
      }
    >
      <Stack gap={0}>
        {pages.nodes.map((user) => (
          <StaffRow key={user.id} user={user} isMe={user.id === me.id} onChanged={pages.refetch} />
        ))}
      </Stack>
      <LoadMore pages={pages} none="Nobody." />
      {inviting && <InviteDialog onInvited={pages.refetch} onClose={dialog.close} />}
    </Section>
  );
}

function InviteDialog({ onInvited, onClose }: { onInvited: () => void; onClose: () => void }) {
  const [state, invite] = useMutation(InviteStaffMutation);
  const [problem, setProblem] = useState<string>();
  const form = useForm<{ email: string; role: Role }>({ initialValues: { email: "", role: "OPERATOR" } });
  const draft = useFormDraft("invite-staff", form);

  async function submit(values: typeof form.values) {
    const { data, error } = await invite(values);
    setProblem(placed(form, error, data?.done.errors));
    if (error || data?.done.errors.length !== 0) return;
    for (const message of data.done.warnings) notifications.show({ color: "yellow", title: values.email, message });
    draft.done();
    onInvited();
    onClose();
  }

  return (
    <Dialog onClose={onClose} title="Invite to the launch team">
      <Form draft={draft} onSubmit={form.onSubmit((values) => void submit(values))}>
        <Stack>
          <Text size="sm" c="dimmed">
            They receive an e-mail with a link to set their password.
          </Text>
          <TextInput label="E-mail" type="email" required data-autofocus {...form.getInputProps("email")} />
          <Select label="Role" data={ROLES} allowDeselect={false} {...form.getInputProps("role")} />
          <FormProblem>{problem}</FormProblem>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={state.fetching}>
              Invite
            </Button>
          </Group>
        </Stack>
      </Form>
    </Dialog>
  );
}
