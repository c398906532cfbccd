import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { ReasonModal } from "../../components/ReasonModal";
import type { FlagFieldsFragment } from "../../gql/graphql";
import { KillMutation, LiftMutation } from "./flags.graphql";
import { settled } from "./outcome";

/** Off for everybody in every process within two seconds, with the database down too (S53, A6). */
export function KillSwitch({ flag }: { flag: FlagFieldsFragment }) {
  const [asking, dialog] = useDisclosure();
  const [, kill] = useMutation(KillMutation);
  const [, lift] = useMutation(LiftMutation);
  const isLift = flag.kill?.key === flag.key && flag.kill.source === "SWITCH";
  if (flag.kill && !isLift) return null; // a kill of all flags, or by the environment, cannot be lifted here
  const verb = isLift ? "Lift the kill" : "Kill";

  async function apply(reason: string) {
    const input = { keys: [flag.key], reason };
    if (isLift) {
      const { data, error } = await lift({ input });
      return settled(flag.key, error, data?.liftKills).done;
    }
    const { data, error } = await kill({ input });
    return settled(flag.key, error, data?.killFlags).done;
  }

  return (
    <>
      <Button size="xs" variant="default" onClick={dialog.open}>
        {verb}
      </Button>
      {asking && (
        <ReasonModal
          title={`${verb}: ${flag.name}`}
          confirm={verb}
          required
          {...(!isLift && { color: "red" })}
          onConfirm={apply}
          onClose={dialog.close}
        >
          {isLift
            ? "Its switch, percentage and groups take effect again at once."
            : "Turns the flag off for everybody, whatever its switch and phase, until the kill is lifted."}
        </ReasonModal>
      )}
    </>
  );
}
