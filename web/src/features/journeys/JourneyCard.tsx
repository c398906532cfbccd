import { Box, Group, Paper, Progress, Stack, Text } from "@mantine/core";

import type { JourneyFieldsFragment } from "../../gql/graphql";
import { span } from "../../lib/spans";
import { counted } from "../../lib/words";
import { Breakdown } from "./Breakdown";

/** What S104 promises of each journey, in percent. */
const PROMISED = 95;

export function JourneyCard({ journey }: { journey: JourneyFieldsFragment }) {
  const { title, started, completed, failed, abandoned, completionRate, steps } = journey;
  return (
    <Paper withBorder p="sm" data-testid={`journey-${journey.key}`}>
      <Stack gap="xs">
        <div>
          <Text size="sm" c="dimmed">{title}</Text>
          <Text fw={600} size="xl" c={completionRate != null && completionRate < PROMISED ? "var(--bad)" : "inherit"}>
            {completionRate == null ? "–" : `${completionRate.toLocaleString(undefined, { maximumFractionDigits: 1 })} %`}
          </Text>
          <Rate rate={completionRate} />
          <Text size="xs" c="dimmed" mt={4}>
            {started.toLocaleString()} began · {completed.toLocaleString()} arrived · {failed.toLocaleString()} failed ·
            {" "}{abandoned.toLocaleString()} gave up
          </Text>
          <Pace journey={journey} />
        </div>
        <Stack gap={6}>
          {steps.map((step) => <Step key={step.key} step={step} of={started} />)}
        </Stack>
        <Breakdown rows={journey.breakdown} />
      </Stack>
    </Paper>
  );
}

/** The bar has a mark where the promise is. */
function Rate({ rate }: { rate: number | null | undefined }) {
  return (
    <Box className="bucket" style={{ "--bucket": `${PROMISED}%` }}>
      <Progress value={rate ?? 0} size="sm" color={rate != null && rate < PROMISED ? "red" : "teal"}
        aria-label={rate == null ? "Nobody has come to an end yet" : `${rate} % arrive; ${PROMISED} % are promised`} />
    </Box>
  );
}

function Pace({ journey: { p50Seconds, p95Seconds, targetSeconds, inTimeRate } }: { journey: JourneyFieldsFragment }) {
  if (p50Seconds == null) return null;
  const late = targetSeconds != null && p95Seconds != null && p95Seconds > targetSeconds;
  return (
    <Text size="xs" c="dimmed">
      half within {span(p50Seconds * 1000)}
      {p95Seconds != null && <Text span inherit c={late ? "var(--bad)" : "inherit"}>, 95 % within {span(p95Seconds * 1000)}</Text>}
      {targetSeconds != null && ` · target ${span(targetSeconds * 1000)}`}
      {inTimeRate != null && `, met by ${inTimeRate.toFixed(0)}\u00a0%`}
    </Text>
  );
}

function Step({ step, of }: { step: JourneyFieldsFragment["steps"][number]; of: number }) {
  const share = of === 0 ? 0 : (step.completed / of) * 100;
  return (
    <div>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="xs">{step.title}</Text>
        <Text size="xs" c="dimmed" style={{ flex: "none" }}>
          {step.completed.toLocaleString()} of {step.entered.toLocaleString()}
          {step.medianSeconds != null && ` · median ${span(step.medianSeconds * 1000)}`}
        </Text>
      </Group>
      <Progress value={share} size="xs" color="indigo" aria-label={`${step.title}: done by ${share.toFixed(0)} % of all who began`} />
      {step.stalled > 0 && <Text size="xs" c="var(--warn)">{counted(step.stalled, "stands still here", "stand still here")}</Text>}
    </div>
  );
}
