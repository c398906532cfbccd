
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { ReasonModal } from "../../components/ReasonModal";
import type { FlagFieldsFragment } from "../../gql/graphql";
import { ConflictNote } from "./ConflictNote";
import { ToggleMutation } from "./flags.graphql";
import { type Conflict, settled } from "./outcome";

/** Off, or on again, with a reason: a stray click must not do either (SPEC A6). */
export function FlagSwitch({ flag }: { flag: FlagFieldsFragment }) {
  const [asking, dialog] = useDisclosure();
  const [, toggle] = useMutation(ToggleMutation);
  const [conflict, setConflict] = useState<Conflict>();
  const wish = flag.enabled ? "off" : "on";

  async function apply(reason: string, expectedVersion = flag.version) {
    const input = { key: flag.key, enabled: !flag.enabled, reason: reason || null, expectedVersion };
    const { data, error } = await toggle({ input });
    const result = settled(flag.key, error, data?.toggleFeatureFlag);
    setConflict(result.conflict);
    return result.done;
  }

  return (
    <>
      <Button size="xs" {...(flag.enabled && { color: "red" })} onClick={dialog.open}>Switch {wish}</Button>
      {asking && (
        <ReasonModal title={`Switch ${flag.name} ${wish}`} confirm={`Switch ${wish}`}
          {...(flag.enabled && { color: "red" })} onConfirm={apply} onClose={dialog.close}>
          {flag.enabled ? "Nobody will see it any more, at once." : "Its percentage and groups decide who will see it."}
          {conflict && (
            <ConflictNote conflict={conflict} wish={wish} onYield={dialog.close} onInsist={() => setConflict(undefined)} />
          )}
        </ReasonModal>
      )}
    </>
  );
}
