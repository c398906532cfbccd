import { Anchor, Badge, Box, Group, List, Progress, Stack, Text } from "@mantine/core";
import { Link } from "react-router";

import { BreakableText } from "../../components/BreakableText";
import type { EvaluateQuery as Data } from "../../gql/graphql";
import { actorName } from "../../lib/actor";
import { Ago, Moment } from "../../lib/time";
import { sentenceCase } from "../../lib/format";

type Evaluation = Data["evaluateFlags"]["flags"][number];

/** Each flag with its value and the way there; what is on comes first. */
export function Evaluations({ found }: { found: readonly Evaluation[] }) {
  if (found.length === 0)
    return (
      <Text c="dimmed" size="sm">
        There were no flags at that time.
      </Text>
    );
  const sorted = [...found].sort((a, b) => Number(b.value) - Number(a.value) || a.key.localeCompare(b.key));
  return (
    <Stack gap={0}>
      {sorted.map((item) => (
        <Line key={item.key} item={item} />
      ))}
    </Stack>
  );
}

function Line({ item }: { item: Evaluation }) {
  const why = item.explanation;
  return (
    <div className="row" data-testid={`evaluated-${item.key}`} data-value={item.value}>
      <Group justify="space-between" wrap="nowrap">
        <Anchor component={Link} to={`/admin/flags/${item.key}`} size="sm" fw={600} className="code">
          <BreakableText text={item.key} />
        </Anchor>
        <Group gap={6} style={{ flex: "none" }}>
          <Text size="xs" c="dimmed">
            {item.errorCode ? sentenceCase(item.errorCode) : sentenceCase(item.reason)}
          </Text>
          <Badge color={item.value ? "teal" : "gray"} variant={item.value ? "filled" : "outline"}>
            {item.value ? "On" : "Off"}
          </Badge>
        </Group>
      </Group>
      {why && <Why why={why} />}
    </div>
  );
}

function Why({ why }: { why: NonNullable<Evaluation["explanation"]> }) {
  return (
    <Stack gap={4}>
      <List size="sm" type="ordered" spacing={0}>
        {why.steps.map((step) => (
          <List.Item key={step}>{step}</List.Item>
        ))}
      </List>
      {why.bucket != null && why.threshold != null && <Bucket bucket={why.bucket} threshold={why.threshold} />}
      {why.causedBy && (
        <Text size="xs" c="dimmed">
          since {actorName(why.causedBy.actor)} {why.causedBy.action}, <Ago at={why.causedBy.at} />
          {why.causedBy.reason && `: “${why.causedBy.reason}”`}
        </Text>
      )}
      {why.nextChangeAt && (
        <Text size="xs" c="dimmed">
          the ramp moves it next: <Moment at={why.nextChangeAt} />
        </Text>
      )}
    </Stack>
  );
}

/** Where they fall among all users, and how far the flag is open. */
function Bucket({ bucket, threshold }: { bucket: number; threshold: number }) {
  return (
    <Box className="bucket" style={{ "--bucket": `${bucket}%` }}>
      <Progress value={threshold} color="teal" size="sm" aria-label={`On below ${threshold}, bucket ${bucket}`} />
      <Text size="xs" c="dimmed">
        bucket {bucket} of 100 · on below {threshold}
      </Text>
    </Box>
  );
}
