import { Alert, Loader, Text } from "@mantine/core";

import type { FlagFieldsFragment } from "../../gql/graphql";
import { effectOf, holderOf, type Preview } from "./change";

interface Props {
  flag: FlagFieldsFragment;
  preview: Preview | null | undefined;
  /** The error if the effect could not be computed. */
  refusal: string | undefined;
}

/** The effect of a change, counted by the server by evaluating the flag for all users. */
export function ChangeEffect({ flag, preview, refusal }: Props) {
  return (
    <div data-testid="effect" aria-live="polite">
      {flag.run && !flag.run.outcome && (
        <Text size="sm">It is {holderOf(flag)}: a lower percentage becomes the limit of the run.</Text>
      )}
      {refusal && <Alert color="yellow">{refusal}</Alert>}
      {!preview && !refusal && <Loader size="sm" aria-label="Counting affected users" />}
      {preview && (
        <>
          <Text size="sm" fw={600}>
            {state(flag.enabled, flag.rolloutPercentage)} → {state(preview.enabled, preview.rolloutPercentage)}
          </Text>
          <Text size="sm" {...(preview.losses > 0 && { c: "var(--bad)" })}>
            {effectOf(preview)}
          </Text>
          {preview.warnings.map((warning) => (
            <Alert key={warning} color="yellow" mt="xs" py="xs">
              {warning}
            </Alert>
          ))}
        </>
      )}
    </div>
  );
}

function state(enabled: boolean, percentage: number): string {
  return enabled ? `${percentage}\u00a0%` : "off";
}
