import { Anchor, Stack, Text } from "@mantine/core";
import { Link as RouterLink } from "react-router";

import { BreakableText } from "../../components/BreakableText";
import { Row } from "../../components/Row";
import type { PhaseFieldsFragment } from "../../gql/graphql";
import { LiftCeiling } from "../flags/LiftCeiling";
import { exceptionOf, inForceOf, type Link } from "./exceptions";

interface Props {
  phase: PhaseFieldsFragment;
  mayOperate: boolean;
}

/** The percentages in force, naming each flag that does not follow the ramp (L1, L8, L11). */
export function PhaseFlags({ phase, mayOperate }: Props) {
  const exceptions = phase.flags.flatMap((link) => {
    const why = exceptionOf(link, phase.key);
    return why === undefined ? [] : [{ link, why }];
  });
  const following = phase.flags.filter((link) => !exceptions.some((item) => item.link === link));
  return (
    <div data-testid="phase-flags">
      {following.length > 0 && <Text size="sm">In force: {inForceOf(following)}</Text>}
      <Stack gap={0}>
        {exceptions.map(({ link, why }) => (
          <Row
            key={link.flag.id}
            data-testid={`exception-${link.flag.key}`}
            aside={mayOperate && isLimited(link) && <LiftCeiling flag={link.flag} />}
          >
            <Text size="sm" style={{ overflowWrap: "anywhere" }}>
              <Anchor
                component={RouterLink}
                to={`/admin/flags/${link.flag.key}`}
                inherit
                className="code"
                underline="always"
              >
                <BreakableText text={link.flag.key} />
              </Anchor>
              {` · ${why}`}
            </Text>
          </Row>
        ))}
      </Stack>
    </div>
  );
}

function isLimited({ ceiling, target }: Link): boolean {
  return ceiling != null && ceiling < target;
}
