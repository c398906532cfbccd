import { Group, Text } from "@mantine/core";
import type { ComponentPropsWithoutRef } from "react";

import type { Draft } from "../lib/useDraft";
import { Button } from "./Button";

interface Props extends ComponentPropsWithoutRef<"form"> {
  /** From `useDraft` or `useFormDraft`: no form loses unsaved input (U3). */
  draft: Draft;
}

/** The only form element of the pages; `app/modules.test.ts` rejects all others. */
export function Form({ draft, children, ...form }: Props) {
  return (
    <form {...form}>
      {draft.restored && (
        <Group gap="xs" mb="xs" data-testid="draft">
          <Text size="xs" role="status">
            Your draft is restored.
          </Text>
          <Button size="compact-xs" variant="default" onClick={draft.discard}>
            Discard the draft
          </Button>
        </Group>
      )}
      {children}
    </form>
  );
}
