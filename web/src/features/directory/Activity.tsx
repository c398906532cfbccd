import { Select, Stack, Text } from "@mantine/core";
import { useState } from "react";

import { BreakableText } from "../../components/BreakableText";
import { LoadMore } from "../../components/LoadMore";
import { NewsLine } from "../../components/NewsLine";
import { Row } from "../../components/Row";
import { Section } from "../../components/Section";
import type { ActivityQuery as Data, MarketplaceEventKind } from "../../gql/graphql";
import { coupleNames } from "../../lib/format";
import { usePages } from "../../lib/pagedQuery";
import { Ago } from "../../lib/time";
import { ActivityQuery } from "./activity.graphql";
import { useFollowedEvents } from "./Followed";

type Event = Data["marketplaceEvents"]["nodes"][number];

const TITLES: Record<MarketplaceEventKind, string> = {
  SUPPLIER_SIGNED_UP: "A supplier signed up",
  COUPLE_SIGNED_UP: "A couple signed up",
  INVITATION_SENT: "An invitation was sent",
  INVITATION_RESENT: "An invitation was sent again",
  INVITATION_OPENED: "An invitation was opened",
  INVITATION_ACCEPTED: "An invitation was accepted",
  INVITATION_DECLINED: "An invitation was declined",
  INVITATION_REVOKED: "An invitation was withdrawn",
  INVITATION_EXPIRED: "An invitation expired",
  PARTNERSHIP_STARTED: "A partnership started",
  PARTNERSHIP_ENDED: "A partnership ended",
  MESSAGE_SENT: "A message was sent",
};
const KINDS = (Object.keys(TITLES) as MarketplaceEventKind[]).map((value) => ({ value, label: TITLES[value] }));

/** What happens between suppliers and couples, the newest first; webhooks get the same events (M14). */
export function Activity() {
  const [kind, setKind] = useState<MarketplaceEventKind | null>(null);
  const kinds = kind && [kind];
  const pages = usePages(ActivityQuery, { kinds }, numbered);
  useFollowedEvents(kinds, pages.look);
  return (
    <Section
      title="Activity"
      reading={pages}
      aside={
        <Select
          size="xs"
          w={210}
          aria-label="Kind"
          placeholder="Everything"
          clearable
          value={kind}
          data={KINDS}
          onChange={setKind}
        />
      }
    >
      <NewsLine pages={pages} />
      <Stack gap={0} data-testid="activity">
        {pages.nodes.map((event) => (
          <Row
            key={event.id}
            aside={
              <Text size="xs" c="dimmed">
                <Ago at={event.at} />
              </Text>
            }
          >
            <Text size="sm" fw={600} data-kind={event.kind}>
              {TITLES[event.kind]}
            </Text>
            <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              <BreakableText text={whom(event.subject)} />
            </Text>
          </Row>
        ))}
      </Stack>
      <LoadMore pages={pages} none={kind ? "Nothing of this kind has happened." : "Nothing has happened yet."} />
    </Section>
  );
}

/** A list needs an id for each row; the place in the log is one. */
function numbered({ marketplaceEvents: { nodes, pageInfo } }: Data) {
  return { nodes: nodes.map((event) => ({ ...event, id: event.cursor })), pageInfo };
}

/** What an event is about, by name; conversations are read by their two sides only. */
function whom(subject: Event["subject"]): string {
  switch (subject?.__typename) {
    case "User":
      return subject.email ?? "An address that is hidden";
    case "Invitation":
      return subject.client.coupleNames;
    case "Partnership": {
      const { supplier, couple } = subject;
      return `${supplier.businessName ?? "A supplier"} and ${coupleNames(couple, "a couple")}`;
    }
    default:
      return "Details are not shown here";
  }
}
