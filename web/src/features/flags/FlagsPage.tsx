import { SegmentedControl } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import { Button } from "../../components/Button";
import { PageHead } from "../../components/PageHead";
import { mayOperate } from "../session/roles";
import { useViewer } from "../session/session";
import { CreateFlagDialog } from "./CreateFlagDialog";
import { FlagList } from "./FlagList";

const STATES = [
  { value: "all", label: "All" },
  { value: "on", label: "On" },
  { value: "off", label: "Off" },
];

/** Every switch of the launch (S115). */
export function FlagsPage() {
  const may = mayOperate(useViewer().role);
  const [state, setState] = useState("all");
  const [creating, dialog] = useDisclosure();
  return (
    <>
      <PageHead
        title="Flags"
        text="Switching a flag off takes effect at once for everybody. The page of a flag shows its history and reverts changes."
      >
        {may && (
          <Button size="xs" leftSection={<IconPlus size={14} />} onClick={dialog.open}>
            Create a flag
          </Button>
        )}
      </PageHead>
      <FlagList
        mayOperate={may}
        enabled={state === "all" ? null : state === "on"}
        filter={<SegmentedControl size="xs" aria-label="Which flags" value={state} data={STATES} onChange={setState} />}
      />
      {creating && <CreateFlagDialog onClose={dialog.close} />}
    </>
  );
}
