import { Group, List, Text } from "@mantine/core";
import { useEffect } from "react";

import { Section } from "../../components/Section";
import type { ServiceStatus } from "../../gql/graphql";
import { pollWhileVisible } from "../../lib/pageVisibility";
import { useLiveQuery } from "../../lib/live";
import { Ago } from "../../lib/time";
import { SystemStatusQuery } from "./systemStatus.graphql";

const AGAIN_MS = 30_000;

const WORDS: Record<ServiceStatus, { text: string; color: string }> = {
  OPERATIONAL: { text: "All systems operational", color: "teal" },
  DEGRADED: { text: "Degraded performance", color: "yellow" },
  OUTAGE: { text: "Outage: we are working on it", color: "red" },
  UNKNOWN: { text: "Status unknown", color: "gray" },
};

/** The state of the product for its users: no component is named (S113). */
export function SystemStatusCard() {
  const [{ data }, again, reading] = useLiveQuery(SystemStatusQuery, {});
  useEffect(() => {
    return pollWhileVisible(AGAIN_MS, () => again({ requestPolicy: "network-only" }));
  }, [again]);
  const found = data?.systemStatus;
  return (
    <Section title="System status" reading={reading}>
      {found && (
        <div data-testid="system-status" data-status={found.status}>
          <Group gap={8} wrap="nowrap">
            <span
              className="dot"
              style={{ background: `var(--mantine-color-${WORDS[found.status].color}-6)` }}
              aria-hidden
            />
            <Text fw={600}>{WORDS[found.status].text}</Text>
          </Group>
          {found.effects.length > 0 && (
            <List size="sm" mt="xs">
              {found.effects.map((effect) => (
                <List.Item key={effect}>{effect}</List.Item>
              ))}
            </List>
          )}
          <Text size="xs" c="dimmed" mt={4}>
            checked <Ago at={found.at} />
          </Text>
        </div>
      )}
    </Section>
  );
}
