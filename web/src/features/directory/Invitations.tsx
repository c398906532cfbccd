import { Badge, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { LoadMore } from "../../components/LoadMore";
import { BreakableText } from "../../components/BreakableText";
import { Row } from "../../components/Row";
import { Section } from "../../components/Section";
import type { InvitationStatus } from "../../gql/graphql";
import { usePages } from "../../lib/pagedQuery";
import { Ago, Moment } from "../../lib/time";
import { counted, sentenceCase } from "../../lib/format";
import { InvitationsQuery } from "./directory.graphql";
import { Followed } from "./Followed";

const STATUS: Record<InvitationStatus, string> = {
  SENT: "indigo",
  OPENED: "cyan",
  ACCEPTED: "teal",
  EXPIRED: "gray",
  REVOKED: "gray",
  DECLINED: "orange",
};

export function Invitations() {
  const [status, setStatus] = useState<InvitationStatus | null>(null);
  const pages = usePages(InvitationsQuery, { status: status && [status] }, (data) => data.invitations);
  return (
    <Section
      title="Invitations"
      reading={pages}
      aside={
        <Select
          size="xs"
          w={140}
          aria-label="Status"
          placeholder="Any status"
          clearable
          value={status}
          data={(Object.keys(STATUS) as InvitationStatus[]).map((value) => ({ value, label: sentenceCase(value) }))}
          onChange={setStatus}
        />
      }
    >
      <Followed pages={pages} />
      <Stack gap={0}>
        {pages.nodes.map((item) => (
          <Row
            key={item.id}
            aside={
              <Badge color={STATUS[item.status]} variant="dot">
                {sentenceCase(item.status)}
              </Badge>
            }
          >
            <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
              {item.client.coupleNames}
            </Text>
            <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              {item.channel === "LINK" ? "by link" : <BreakableText text={item.email ?? ""} />} · sent{" "}
              <Ago at={item.sentAt} />
              {item.openedAt && (
                <>
                  {" "}
                  · opened <Ago at={item.openedAt} />
                </>
              )}
              {item.acceptedAt && (
                <>
                  {" "}
                  · accepted <Ago at={item.acceptedAt} />
                </>
              )}
              {item.resendCount > 0 && ` · sent again ${counted(item.resendCount, "time")}`}
              {(item.status === "SENT" || item.status === "OPENED") && (
                <>
                  {" "}
                  · expires <Moment at={item.expiresAt} style="day" />
                </>
              )}
            </Text>
            {item.hint && (
              <Text size="xs" c="var(--warn)" data-hint={item.hint.kind}>
                {item.hint.message}
              </Text>
            )}
          </Row>
        ))}
      </Stack>
      <LoadMore pages={pages} none={status ? "No invitation has this status." : "Nobody has been invited yet."} />
    </Section>
  );
}
