import { Group, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";

import { Button } from "../../components/Button";
import { CopyLink } from "../../components/CopyLink";
import { Dialog } from "../../components/Dialog";
import { Form } from "../../components/Form";
import { FormProblem } from "../../components/FormProblem";
import type { ClientFieldsFragment, InvitationChannel } from "../../gql/graphql";
import { orNull, placed } from "../../lib/forms";
import { useFormDraft } from "../../lib/useDraft";
import { isPending } from "./status";
import { type Sent, useInvite } from "./useInvite";

/** By e-mail, or by a link that the supplier hands over; a link is shown once (S37, A39). */
export function InviteDialog({ client, onClose }: { client: ClientFieldsFragment; onClose: () => void }) {
  const [sent, setSent] = useState<Sent>();
  const { busy, send } = useInvite(client, setSent);
  const again = isPending(client);
  const [channel, setChannel] = useState<InvitationChannel>(client.email ? "EMAIL" : "LINK");
  const [problem, setProblem] = useState<string>();
  const form = useForm({ initialValues: { email: client.email ?? "" } });
  const draft = useFormDraft(`invite:${client.id}`, form);

  async function submit({ email }: typeof form.values) {
    if (busy) return;
    const { error, errors } = await send(channel, channel === "EMAIL" ? orNull(email) : null);
    const left = placed(form, error, errors);
    setProblem(left);
    if (!error && !errors?.length) draft.done();
  }

  return (
    <Dialog onClose={onClose} title={`Invite ${client.coupleNames}`}>
      {sent ? (
        <Done sent={sent} onClose={onClose} />
      ) : (
        <Form draft={draft} onSubmit={form.onSubmit((values) => void submit(values))}>
          <Stack>
            {again ? (
              <Text size="sm">They get a new link. The old one stops working at once.</Text>
            ) : (
              <SegmentedControl
                fullWidth
                aria-label="How"
                value={channel}
                onChange={(value) => setChannel(value)}
                data={[
                  { value: "EMAIL", label: "By e-mail" },
                  { value: "LINK", label: "By link" },
                ]}
              />
            )}
            {!again && channel === "EMAIL" && (
              <TextInput
                label="E-mail of the couple"
                type="email"
                required
                data-autofocus
                {...form.getInputProps("email")}
              />
            )}
            {!again && channel === "LINK" && (
              <Text size="sm" c="dimmed">
                You get a link to share, in a message or on paper. It is valid for 14 days.
              </Text>
            )}
            <FormProblem>{problem}</FormProblem>
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" loading={busy} data-testid="invite-now">
                {again ? "Send again" : channel === "EMAIL" ? "Send the invitation" : "Create the link"}
              </Button>
            </Group>
          </Stack>
        </Form>
      )}
    </Dialog>
  );
}

function Done({ sent, onClose }: { sent: Sent; onClose: () => void }) {
  return (
    <Stack>
      <SentNote sent={sent} />
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}

/** What became of an invitation, and its link while it can be seen. */
export function SentNote({ sent }: { sent: Sent }) {
  return (
    <Stack gap="xs">
      {sent.hint && (
        <Text c="var(--warn)" role="note">
          {sent.hint}
        </Text>
      )}
      {sent.channel === "EMAIL" && !sent.hint && (
        <Text>
          The invitation is on its way to <b>{sent.email}</b>.
        </Text>
      )}
      {sent.url && (
        <>
          <CopyLink label="Link of the invitation" url={sent.url} />
          <Text size="sm" c="dimmed">
            Copy it now: it is not shown again. Anyone who has it can accept.
          </Text>
        </>
      )}
    </Stack>
  );
}
