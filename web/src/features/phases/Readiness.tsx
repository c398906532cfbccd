import { Anchor, Group, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconX } from "@tabler/icons-react";
import { Link } from "react-router";

import type { PlanQuery as Plan } from "../../gql/graphql";

type Check = Plan["activationPlan"]["readiness"]["checks"][number];

/** Links to the evidence. */
const MONITORING = "/admin/monitoring";
const EVIDENCE: Record<string, string> = {
  incidents: MONITORING,
  alerts: MONITORING,
  flags: "/admin/flags",
  database: MONITORING,
  api: MONITORING,
  auth: MONITORING,
  realtime: MONITORING,
  email: "/admin/directory?tab=outbox",
};

/** The readiness checks of a phase; failed ones come first (X2). */
export function Readiness({ checks }: { checks: readonly Check[] }) {
  const sorted = [...checks].sort((a, b) => Number(a.ok) - Number(b.ok) || Number(b.blocking) - Number(a.blocking));
  return (
    <Stack gap={6} aria-label="Readiness" role="list">
      {sorted.map((check) => (
        <Group
          key={check.key}
          gap="xs"
          wrap="nowrap"
          align="flex-start"
          role="listitem"
          data-testid={`ready-${check.key}`}
        >
          <Mark check={check} />
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {check.title}{" "}
            <Text span size="sm" c="dimmed">
              {check.detail}
            </Text>
            {!check.ok && <Evidence checkKey={check.key} />}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}

function Mark({ check: { ok, blocking } }: { check: Check }) {
  const [color, Icon, label] = ok
    ? (["teal", IconCheck, "Ready"] as const)
    : blocking
      ? (["red", IconX, "Blocks"] as const)
      : (["yellow", IconAlertTriangle, "Warns"] as const);
  return (
    <ThemeIcon size="sm" variant="light" color={color} aria-label={label} role="img">
      <Icon size={14} />
    </ThemeIcon>
  );
}

function Evidence({ checkKey }: { checkKey: string }) {
  const place = EVIDENCE[checkKey];
  return (
    place && (
      <>
        {" "}
        <Anchor component={Link} to={place} size="sm" underline="always">
          Look
        </Anchor>
      </>
    )
  );
}
