import { Badge, Group, Stack, Text } from "@mantine/core";

import { Section } from "../../components/Section";
import { useViewer } from "../session/session";
import { useAccess } from "./access";
import { useGuarded, whyOff } from "./availability";
import { featuresOf } from "./features";
import { NotKnown } from "./Gate";

/** Which features of the launch are open for this person; follows the launch live (S113). */
export function FeatureList() {
  const { known, allows } = useAccess();
  const guarded = useGuarded();
  const features = Object.entries(featuresOf(useViewer().role));
  return (
    <Section title="Features">
      {!known ? (
        <NotKnown />
      ) : (
        <Stack gap={0}>
          {features.map(([key, { name, description }]) => {
            const open = allows(key);
            return (
              <Group
                key={key}
                className="row"
                justify="space-between"
                wrap="nowrap"
                data-testid={`feature-${key}`}
                data-open={open}
              >
                <div>
                  <Text size="sm" fw={500}>
                    {name}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {description}
                  </Text>
                </div>
                <Badge variant="light" color={open ? "teal" : "gray"} style={{ flex: "none" }}>
                  {open ? "Open" : whyOff(guarded, key) === "PAUSED" ? "Paused" : "Not yet"}
                </Badge>
              </Group>
            );
          })}
        </Stack>
      )}
    </Section>
  );
}
