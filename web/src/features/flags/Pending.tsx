import { Group, Loader, Text } from "@mantine/core";

/** A requested change that the server has not confirmed yet. */
export function Pending({ wish }: { wish: string | undefined }) {
  if (wish === undefined) return null;
  return (
    <Group gap={6} wrap="nowrap" role="status" data-testid="pending">
      <Loader size={14} aria-hidden />
      <Text size="xs">Pending: {wish}</Text>
    </Group>
  );
}
