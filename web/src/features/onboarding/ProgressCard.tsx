import { Card, Group, Progress, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconCheck, IconCircleDashed } from "@tabler/icons-react";

import { LinkButton } from "../../components/Button";
import type { OnboardingFieldsFragment } from "../../gql/graphql";

interface Props {
  onboarding: OnboardingFieldsFragment;
  /** The path where a step is completed; undefined if another person completes it. */
  pathOf: (step: string) => string | undefined;
  title?: string;
}

/** What is done, what is next, and the way there (S84). */
export function ProgressCard({ onboarding, pathOf, title = "Your setup" }: Props) {
  const { steps, percentComplete, currentStep } = onboarding;
  const path = currentStep ? pathOf(currentStep) : undefined;
  return (
    <Card component="section" aria-label={title} data-testid="onboarding-progress" data-percent={percentComplete}>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            {title}
          </Title>
          <Text size="sm" c="dimmed">
            {percentComplete} %
          </Text>
        </Group>
        <Progress value={percentComplete} aria-label={`${percentComplete} % of the setup is done`} />
        <Stack gap={6} component="ul" className="bare">
          {steps
            .filter(({ enabled }) => enabled)
            .map(({ key, title: name, description, required, completedAt }) => (
              <Group key={key} component="li" gap="sm" wrap="nowrap" align="flex-start">
                <ThemeIcon size={22} radius="xl" variant="light" color={completedAt ? "teal" : "gray"} mt={1}>
                  {completedAt ? <IconCheck size={14} aria-label="done" /> : <IconCircleDashed size={14} aria-hidden />}
                </ThemeIcon>
                <div>
                  <Text fw={key === currentStep ? 600 : 400} {...(completedAt && { c: "dimmed" })}>
                    {name}
                    {!required && " (optional)"}
                  </Text>
                  {key === currentStep && (
                    <Text size="sm" c="dimmed">
                      {description}
                    </Text>
                  )}
                </div>
              </Group>
            ))}
        </Stack>
        {path && (
          <Group>
            <LinkButton to={path} data-testid="continue-setup">
              Continue
            </LinkButton>
          </Group>
        )}
      </Stack>
    </Card>
  );
}
