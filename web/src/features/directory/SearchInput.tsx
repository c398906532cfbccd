import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";

/** Reports the search text when typing pauses. */
export function SearchInput({ label, onSearch }: { label: string; onSearch: (text: string | null) => void }) {
  const [text, setText] = useState("");
  const told = useDebouncedCallback((entered: string) => onSearch(entered.trim() || null), 250);
  return (
    <TextInput
      size="xs"
      placeholder="Search"
      aria-label={label}
      value={text}
      leftSection={<IconSearch size={14} />}
      onChange={(event) => {
        setText(event.currentTarget.value);
        told(event.currentTarget.value);
      }}
    />
  );
}
