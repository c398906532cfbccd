import { useDisclosure } from "@mantine/hooks";

import { Button } from "../../components/Button";
import type { FlagFieldsFragment } from "../../gql/graphql";
import { FlagChangeDialog } from "./FlagChangeDialog";
import { Pending } from "./Pending";
import { useFlagChange } from "./useFlagChange";

/** Switches off, or on again, after showing who is affected: a stray click must not do either (A6, U2). */
export function FlagSwitch({ flag }: { flag: FlagFieldsFragment }) {
  const [asking, dialog] = useDisclosure();
  const { apply, pending, conflict } = useFlagChange(flag);
  return (
    <>
      <Pending wish={pending} />
      <Button size="xs" {...(flag.enabled && { color: "red" })} onClick={dialog.open}>
        {flag.enabled ? "Switch off" : "Switch on"}
      </Button>
      {asking && (
        <FlagChangeDialog
          flag={flag}
          change={{ enabled: !flag.enabled }}
          conflict={conflict}
          onClose={dialog.close}
          onConfirm={async (...change) => (await apply(...change)).done}
        />
      )}
    </>
  );
}
