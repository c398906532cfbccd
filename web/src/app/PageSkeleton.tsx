import { Container, Skeleton, Stack } from "@mantine/core";

/** The shape of a page that is on its way. */
export function PageSkeleton() {
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
