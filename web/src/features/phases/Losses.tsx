import { Alert, Checkbox, List, Stack } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";

import type { PlanQuery } from "../../gql/graphql";

interface Props {
  losses: PlanQuery["activationPlan"]["losses"];
  about: boolean;
  accepted: boolean;
  onAccept: (accepted: boolean) => void;
}

/** Flags that users would lose, listed one by one; the viewer has to accept them (L7). */
export function Losses({ losses, about, accepted, onAccept }: Props) {
  return (
    <Alert color="red" icon={<IconAlertTriangle />} title="People lose a feature" data-testid="losses">
      <Stack gap="xs">
        <List size="sm">
          {losses.map(({ key, before, after, people }) => (
            <List.Item key={key}>
              {`${key}: ${before} % to ${after} %, ${about ? "about " : ""}${people.toLocaleString("en")} people lose it`}
            </List.Item>
          ))}
        </List>
        <Checkbox
          checked={accepted}
          onChange={(event) => onAccept(event.currentTarget.checked)}
          label="Activate although these people lose a feature"
          data-testid="accept-losses"
        />
      </Stack>
    </Alert>
  );
}
