import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { ReasonModal } from "../../components/ReasonModal";
import { LiftCeilingMutation } from "./flags.graphql";
import { settled } from "./outcome";

/** Ends the limit that a person has set on a flag during a run (L8). */
export function LiftCeiling({ flag }: { flag: { key: string; name: string } }) {
  const [asking, dialog] = useDisclosure();
  const [, lift] = useMutation(LiftCeilingMutation);

  async function onConfirm(reason: string) {
    const { data, error } = await lift({ key: flag.key, reason });
    return settled(flag.key, error, data?.liftCeiling).done;
  }

  return (
    <>
      <Button size="xs" variant="default" onClick={dialog.open} aria-label={`Lift the limit of ${flag.name}`}>
        Lift the limit
      </Button>
      {asking && (
        <ReasonModal
          title={`Lift the limit: ${flag.name}`}
          confirm="Lift the limit"
          required
          onConfirm={onConfirm}
          onClose={dialog.close}
        >
          The ramp alone decides again: the flag goes to the present step at once.
        </ReasonModal>
      )}
    </>
  );
}
