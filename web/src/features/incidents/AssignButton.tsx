import { Combobox, useCombobox } from "@mantine/core";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import type { IncidentFieldsFragment } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { Assignees } from "./Assignees";
import { EditMutation } from "./incidents.graphql";

interface Props {
  incident: IncidentFieldsFragment & { assignee?: { id: string } | null };
}

/** Gives an incident to anybody of the launch team: typed, chosen with the arrows, taken with Enter. */
export function AssignButton({ incident }: Props) {
  const [, edit] = useMutation(EditMutation);
  const [search, setSearch] = useState("");
  const box = useCombobox({
    onDropdownOpen: () => box.focusSearchInput(),
    onDropdownClose: () => {
      setSearch("");
      box.resetSelectedOption();
      box.focusTarget();
    },
  });

  async function assign(assigneeId: string) {
    box.closeDropdown();
    const input = { id: incident.id, assigneeId, expectedVersion: incident.version };
    const { data, error } = await edit({ input });
    notifyFailure("Not assigned", error, data?.updateIncident.errors);
  }

  return (
    <Combobox store={box} width={280} position="bottom-start" onOptionSubmit={(id) => void assign(id)}>
      <Combobox.Target withAriaAttributes={false}>
        <Button
          size="xs"
          variant="default"
          aria-haspopup="listbox"
          aria-expanded={box.dropdownOpened}
          onClick={() => box.toggleDropdown()}
        >
          Assign to …
        </Button>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          aria-label="E-mail of the assignee"
          placeholder="E-mail"
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            box.resetSelectedOption();
          }}
        />
        {box.dropdownOpened && (
          <Assignees search={search} assigneeId={incident.assignee?.id} onFound={box.selectFirstOption} />
        )}
      </Combobox.Dropdown>
    </Combobox>
  );
}
