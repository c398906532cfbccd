import { Container, Skeleton, Stack } from "@mantine/core";

import { Notice } from "../components/Notice";
import { useLostContact } from "../lib/connection";

/** The shape of a page that is on its way. */
export function PageSkeleton() {
  const isLost = useLostContact();
  if (isLost)
    return (
      <Notice title="This page is not loaded yet" text="It opens when the connection to the server is restored." />
    );
  return (
    <Container size="lg" py="md" role="progressbar" aria-label="The page is loading">
      <Stack>
        <Skeleton height={28} width="40%" />
        <Skeleton height={120} />
        <Skeleton height={220} />
      </Stack>
    </Container>
  );
}
