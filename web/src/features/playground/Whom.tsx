import { Select, Stack, TagsInput, TextInput } from "@mantine/core";
import { useState } from "react";

import type { EvaluateFlagsInput, UserType } from "../../gql/graphql";
import { TRADES } from "../suppliers/vendors";
import type { Target } from "./person";
import { PersonInput } from "./PersonInput";

const SIDES: { value: UserType; label: string }[] = [
  { value: "SUPPLIER", label: "Supplier" },
  { value: "COUPLE", label: "Couple" },
  { value: "ADMIN", label: "Launch team" },
];

interface Props {
  /** Whom the page was opened for. */
  person: string;
  onPerson: (target: Target) => void;
  input: EvaluateFlagsInput;
  onChange: (input: EvaluateFlagsInput) => void;
}

/** Each field asks again as soon as it is complete. */
export function Whom({ person, onPerson, input, onChange }: Props) {
  const [moment, setMoment] = useState("");
  return (
    <Stack>
      <PersonInput value={person} onChange={onPerson} />
      <Select
        label="Side"
        placeholder="As in the account"
        clearable
        data={SIDES}
        value={input.userType ?? null}
        onChange={(userType) => onChange({ ...input, userType })}
      />
      <Select
        label="Trade"
        placeholder="As in the account"
        clearable
        data={TRADES}
        value={input.vendorType ?? null}
        onChange={(vendorType) => onChange({ ...input, vendorType })}
      />
      <TextInput
        label="At"
        type="datetime-local"
        step={1}
        description="A past moment; empty: now."
        value={moment}
        onChange={({ currentTarget: { value } }) => {
          setMoment(value);
          onChange({ ...input, at: value === "" ? null : new Date(value).toISOString() });
        }}
      />
      <TagsInput
        label="Flags"
        placeholder={input.keys?.length ? "" : "All"}
        splitChars={[",", " "]}
        clearable
        value={input.keys ?? []}
        onChange={(keys) => onChange({ ...input, keys: keys.length > 0 ? keys : null })}
      />
    </Stack>
  );
}
