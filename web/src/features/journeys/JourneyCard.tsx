import { Box, Group, Paper, Progress, Stack, Text } from "@mantine/core";

import type { JourneyFieldsFragment } from "../../gql/graphql";
import { span } from "../../lib/spans";
import { counted } from "../../lib/format";
import { Breakdown } from "./Breakdown";

/** The target of S104: so many percent of the journeys that ended were completed. */
const TARGET = 95;

export function JourneyCard({ journey }: { journey: JourneyFieldsFragment }) {
  const { title, started, completed, underWay, abandoned, failed, ended, successRate, steps } = journey;
  return (
    <Paper withBorder p="sm" data-testid={`journey-${journey.key}`}>
      <Stack gap="xs">
        <div>
          <Text size="sm" c="dimmed">
            {title}
          </Text>
          <Text fw={600} size="xl">
            {completed.toLocaleString()} of {started.toLocaleString()} completed
          </Text>
          <Text size="xs" c="dimmed" mt={4}>
            {underWay.toLocaleString()} under way · {abandoned.toLocaleString()} abandoned · {failed.toLocaleString()}{" "}
            failed
          </Text>
          <SuccessRate rate={successRate} ended={ended} />
          <Pace journey={journey} />
        </div>
        <Stack gap={6}>
          {steps.map((step) => (
            <Step key={step.key} step={step} of={started} />
          ))}
        </Stack>
        <Breakdown rows={journey.breakdown} />
      </Stack>
    </Paper>
  );
}

/** Judged on what ended; the bar has a mark at the target. */
function SuccessRate({ rate, ended }: { rate: number | null | undefined; ended: number }) {
  if (rate == null)
    return (
      <Text size="xs" c="dimmed">
        None ended yet · target {TARGET} %
      </Text>
    );
  const missed = rate < TARGET;
  const shown = rate.toLocaleString(undefined, { maximumFractionDigits: 1 });
  return (
    <>
      <Text size="xs" c={missed ? "var(--bad)" : "dimmed"} mb={2}>
        {shown} % of {ended.toLocaleString()} ended · target {TARGET} %
      </Text>
      <Box className="bucket" style={{ "--bucket": `${TARGET}%` }}>
        <Progress
          value={rate}
          size="sm"
          color={missed ? "red" : "teal"}
          aria-label={`${shown} % of ended journeys were completed; the target is ${TARGET} %`}
        />
      </Box>
    </>
  );
}

function Pace({ journey: { p50Seconds, p95Seconds, targetSeconds, inTimeRate } }: { journey: JourneyFieldsFragment }) {
  if (p50Seconds == null) return null;
  const late = targetSeconds != null && p95Seconds != null && p95Seconds > targetSeconds;
  return (
    <Text size="xs" c="dimmed">
      median {span(p50Seconds * 1000)}
      {p95Seconds != null && (
        <Text span inherit c={late ? "var(--bad)" : "inherit"}>
          , p95 {span(p95Seconds * 1000)}
        </Text>
      )}
      {targetSeconds != null && ` · target ${span(targetSeconds * 1000)}`}
      {inTimeRate != null && ` · ${inTimeRate.toFixed(0)}\u00a0% within target`}
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
      <Progress
        value={share}
        size="xs"
        color="indigo"
        aria-label={`${step.title}: completed by ${share.toFixed(0)} % of all who started`}
      />
      {step.stalled > 0 && (
        <Text size="xs" c="var(--warn)">
          {counted(step.stalled, "stalled here", "stalled here")}
        </Text>
      )}
    </div>
  );
}
