import { Box, Group, Stack, Text } from "@mantine/core";

import { Section } from "../../components/Section";
import { plainDate, untilWords } from "../../lib/dates";
import { useNow } from "../../lib/time";
import { ToMessages } from "../messages/ToMessages";
import type { Business } from "./business";

/** The weddings that come next, each with the way to its conversation (U12). */
export function NextWeddings({ weddings }: { weddings: Business["nextWeddings"] }) {
  const now = new Date(useNow());
  return (
    <Section title="Next weddings">
      {weddings.length === 0 ? (
        <Text c="dimmed" size="sm">
          No wedding ahead. It appears here once a client has a date.
        </Text>
      ) : (
        <Stack gap={0}>
          {weddings.map(({ id, coupleNames, weddingDate, conversation }) => (
            <Group key={id} className="row" justify="space-between" wrap="nowrap" gap="sm" data-testid="next-wedding">
              <Box miw={0} flex={1}>
                <Text fw={500} style={{ overflowWrap: "anywhere" }}>
                  {coupleNames}
                </Text>
                {weddingDate && (
                  <Text size="sm" c="dimmed">
                    {plainDate(weddingDate)}, {untilWords(weddingDate, now)}
                  </Text>
                )}
              </Box>
              {conversation && <ToMessages conversation={conversation} path="/messages" />}
            </Group>
          ))}
        </Stack>
      )}
    </Section>
  );
}
