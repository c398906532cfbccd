import { Alert, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

import { pollWhileVisible } from "../lib/pageVisibility";
import { useLostContact } from "../lib/connection";
import { isForbidden, mayPass, type QueryStatus, whyNot } from "../lib/queryStatus";

import { Button } from "./Button";
import { LoadingSkeleton } from "./LoadingSkeleton";

const AGAIN_MS = 10_000;

/** What a page could not read, and why. Retries by itself, and at once when the button is pressed. */
export function Failed({ what, reading }: { what: string; reading: QueryStatus }) {
  const { error, isEmpty, isFetching, refetch } = reading;
  const [asked, setAsked] = useState(false);
  const passes = error !== undefined && mayPass(error);
  const newest = useRef(refetch);
  useEffect(() => {
    newest.current = refetch;
  });
  const isLost = useLostContact();
  useEffect(
    () => (passes && !isLost ? pollWhileVisible(AGAIN_MS, () => newest.current()) : undefined),
    [passes, isLost],
  );
  if (error === undefined) return null;
  // The banner gives the reason; old data stays and is refetched after the reconnect.
  if (isLost) return isEmpty ? <LoadingSkeleton what={what} height={0} /> : null;

  function ask() {
    setAsked(true);
    refetch();
  }

  const title = isForbidden(error)
    ? `${what} is not for this account`
    : isEmpty
      ? `${what} cannot be shown`
      : `${what} may be out of date`;
  return (
    <Alert color={isForbidden(error) ? "gray" : "orange"} role="alert" title={title} data-testid="failed">
      <Text size="sm" mb={passes ? "xs" : 0}>
        {whyNot(error)}
      </Text>
      {passes && (
        <Button size="xs" variant="default" loading={asked && isFetching} onClick={ask}>
          Try again
        </Button>
      )}
    </Alert>
  );
}
