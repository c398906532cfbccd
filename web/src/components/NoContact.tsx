import { Alert } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";

import { useConnection } from "../lib/connection";
import { clockTime } from "../lib/spans";

/** Says since when the data may be out of date (U1). It covers no button. */
export function NoContact() {
  const { state, since } = useConnection();
  if (state !== "lost") return null;
  const at = new Date(since).toISOString();
  return (
    <Alert
      className="no-contact"
      color="red"
      role="alert"
      icon={<IconPlugConnectedX aria-hidden />}
      data-testid="no-contact"
      mb="sm"
      px="sm"
      py={6}
    >
      No contact since <time dateTime={at}>{clockTime(at)}</time>. Showing the last known state. Changes are locked.
    </Alert>
  );
}
