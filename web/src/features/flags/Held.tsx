import { Group, Text } from "@mantine/core";

import type { FlagQuery as Data } from "../../gql/graphql";
import { unbroken } from "../../lib/format";
import { holderOf, ownerOf } from "./change";
import { LiftCeiling } from "./LiftCeiling";

interface Props {
  flag: NonNullable<Data["featureFlag"]>;
  mayOperate: boolean;
}

/** The run that holds the flag, with target, step and ceiling, and the owner's values (L1, L8). */
export function Held({ flag, mayOperate }: Props) {
  const link = flag.run?.phase.flags.find((item) => item.flag.id === flag.id);
  const owner = ownerOf(flag);
  const isLimited = link?.ceiling != null && link.ceiling < link.target;
  if (!flag.run && !owner) return null;
  return (
    <Group gap="xs" data-testid="held">
      <Text size="sm">
        {[
          flag.run && opening(holderOf(flag) ?? ""),
          link?.isReleased && "released from the ramp",
          link && !link.isReleased && unbroken(`target ${link.target} %`),
          link?.step != null && unbroken(`step ${link.step} %`),
          isLimited && unbroken(`limited to ${link.ceiling} % by ${link.ceilingBy ?? "somebody"}`),
          owner && `owner's values: ${owner}`,
        ]
          .filter(Boolean)
          .join(" · ")}
      </Text>
      {mayOperate && isLimited && !flag.run?.outcome && <LiftCeiling flag={flag} />}
    </Group>
  );
}

function opening(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
