import { Alert, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { Button } from "../../components/Button";
import { LoadingSkeleton } from "../../components/LoadingSkeleton";
import { whyNot } from "../../lib/queryStatus";
import { useAccess } from "./access";
import { useGuarded, whyOff } from "./availability";
import { Closed } from "./Closed";
import { featureOf } from "./features";

/** A page or a part of one that shows while its flag is on for this person. */
export function Gate({ flag, children }: { flag: string; children: ReactNode }) {
  const { known, allows } = useAccess();
  if (!known) return <NotKnown />;
  return allows(flag) ? children : <NotOpen flag={flag} />;
}

/** The flags are on their way, or cannot be had. */
export function NotKnown() {
  const { error, again } = useAccess();
  if (!error) return <LoadingSkeleton what="What is open for you" height={160} />;
  return (
    <Alert color="orange" role="alert" title="What is open for you is not known">
      <Text size="sm" mb="xs">
        {whyNot(error)}
      </Text>
      <Button size="xs" variant="default" onClick={again}>
        Try again
      </Button>
    </Alert>
  );
}

/** Why it is closed is asked for only where it is. */
function NotOpen({ flag }: { flag: string }) {
  const { name, description } = featureOf(flag);
  const guarded = useGuarded();
  if (guarded === undefined) return <LoadingSkeleton what={name} height={160} />;
  const availability = whyOff(guarded, flag) ?? "NOT_YET";
  return <Closed name={name} description={description} availability={availability} testId={`not-yet-${flag}`} />;
}
