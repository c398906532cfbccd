import { Group, Progress, Stack, Text } from "@mantine/core";

import type { PhaseFieldsFragment } from "../../gql/graphql";
import { Moment } from "../../lib/time";

/** The current step of the ramp, and the time of the next (A8). */
export function Ramp({ phase }: { phase: PhaseFieldsFragment }) {
  const { steps, currentStep, nextStepAt } = phase;
  if (steps.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Opens to everybody in one step.
      </Text>
    );
  const reached = currentStep?.index ?? -1;
  const next = steps[reached + 1];
  return (
    <Stack gap={4} data-testid="ramp">
      <Group gap={4} grow wrap="nowrap">
        {steps.map((step) => (
          <div key={step.index}>
            <Progress
              value={step.index <= reached ? 100 : 0}
              size="sm"
              color="teal"
              aria-label={`Step ${step.index + 1}: ${step.percentage} %`}
            />
            <Text size="xs" fw={step.index === reached ? 700 : 400} c={step.index === reached ? "inherit" : "dimmed"}>
              {step.percentage} %{step.requiresApproval && " · by hand"}
            </Text>
          </div>
        ))}
      </Group>
      {currentStep && next && (
        <Text size="sm">
          {nextStepAt ? (
            <>
              {next.percentage} % at <Moment at={nextStepAt} />
            </>
          ) : (
            `${next.percentage} % waits for manual approval`
          )}
        </Text>
      )}
    </Stack>
  );
}
