import { Badge, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { LoadMore } from "../../components/LoadMore";
import { BreakableText } from "../../components/BreakableText";
import { Row } from "../../components/Row";
import { Section } from "../../components/Section";
import type { MailFieldsFragment, MailStatus } from "../../gql/graphql";
import { usePages } from "../../lib/pagedQuery";
import { notifyFailure } from "../../lib/notifyFailure";
import { Ago } from "../../lib/time";
import { sentenceCase } from "../../lib/format";
import { CancelMailMutation, MailsQuery, RetryMailMutation } from "./mail.graphql";

const STATUS: Record<MailStatus, string> = {
  WAITING: "yellow",
  QUEUED: "indigo",
  RETRYING: "orange",
  SENT: "teal",
  FAILED: "red",
  CANCELLED: "gray",
};

/** What was written to people, and whether it left; nothing pretends to have been sent. */
export function Outbox() {
  const [status, setStatus] = useState<MailStatus | null>(null);
  const pages = usePages(MailsQuery, { status: status && [status] }, (data) => data.mails);
  return (
    <Section
      title="Outbox"
      reading={pages}
      aside={
        <Select
          size="xs"
          w={140}
          aria-label="Status"
          placeholder="Any status"
          clearable
          value={status}
          data={(Object.keys(STATUS) as MailStatus[]).map((value) => ({ value, label: sentenceCase(value) }))}
          onChange={setStatus}
        />
      }
    >
      <Stack gap={0}>
        {pages.nodes.map((mail) => (
          <Line key={mail.id} mail={mail} onChanged={pages.refetch} />
        ))}
      </Stack>
      <LoadMore pages={pages} none={status ? "No e-mail has this status." : "No e-mails yet."} />
    </Section>
  );
}

function Line({ mail, onChanged }: { mail: MailFieldsFragment; onChanged: () => void }) {
  const [retrying, retry] = useMutation(RetryMailMutation);
  const [cancelling, cancel] = useMutation(CancelMailMutation);
  const isOver = mail.sentAt != null || mail.status === "CANCELLED";

  async function act(send: typeof retry | typeof cancel, failed: string) {
    const { data, error } = await send({ id: mail.id });
    if (!notifyFailure(failed, error, data?.done.errors)) onChanged();
  }

  return (
    <Row
      aside={
        <>
          <Badge color={STATUS[mail.status]} variant="dot">
            {sentenceCase(mail.status)}
          </Badge>
          {!isOver && (mail.status === "FAILED" || mail.status === "RETRYING") && (
            <Button
              sends
              size="xs"
              variant="default"
              loading={retrying.fetching}
              onClick={() => void act(retry, "Not retried")}
            >
              Try again
            </Button>
          )}
          {!isOver && (
            <Button
              sends
              size="xs"
              variant="default"
              loading={cancelling.fetching}
              onClick={() => void act(cancel, "Not cancelled")}
            >
              Cancel
            </Button>
          )}
        </>
      }
    >
      <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
        {mail.subject}
      </Text>
      <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        to <BreakableText text={mail.recipient} /> · <Ago at={mail.createdAt} />
        {mail.attempts > 1 && ` · ${mail.attempts} attempts`}
      </Text>
      {mail.lastError && mail.status !== "SENT" && (
        <Text size="xs" c="var(--bad)" style={{ overflowWrap: "anywhere" }}>
          {mail.lastError}
        </Text>
      )}
    </Row>
  );
}
