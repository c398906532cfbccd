import { Select, Stack, TagsInput, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";

import type { EvaluateFlagsInput, UserType, VendorType } from "../../gql/graphql";
import { PersonInput } from "./PersonInput";

const SIDES: { value: UserType; label: string }[] = [
  { value: "SUPPLIER", label: "Supplier" },
  { value: "COUPLE", label: "Couple" },
  { value: "ADMIN", label: "Launch team" },
];
const TRADES: { value: VendorType; label: string }[] = [
  { value: "PHOTOGRAPHER", label: "Photographer" },
  { value: "VENUE", label: "Venue" },
  { value: "CATERING", label: "Catering" },
  { value: "FLORIST", label: "Florist" },
  { value: "MUSIC", label: "Music" },
  { value: "OTHER", label: "Other" },
];

interface Props {
  input: EvaluateFlagsInput;
  onChange: (input: EvaluateFlagsInput) => void;
}

/** Each field asks again as soon as it is complete. */
export function Whom({ input, onChange }: Props) {
  const [moment, setMoment] = useState("");
  useEffect(() => {
    const at = moment === "" ? null : new Date(moment).toISOString();
    if (at !== (input.at ?? null)) onChange({ ...input, at });
  }, [moment]);
  return (
    <Stack>
      <PersonInput value={input.targetingKey ?? ""}
        onChange={(targetingKey) => onChange({ ...input, targetingKey: targetingKey || null })} />
      <Select label="Side" placeholder="As the account says" clearable data={SIDES} value={input.userType ?? null}
        onChange={(userType) => onChange({ ...input, userType })} />
      <Select label="Trade" placeholder="As the account says" clearable data={TRADES} value={input.vendorType ?? null}
        onChange={(vendorType) => onChange({ ...input, vendorType })} />
      <TextInput label="At" type="datetime-local" step={1} description="An earlier moment; empty is now." value={moment}
        onChange={(event) => setMoment(event.currentTarget.value)} />
      <TagsInput label="Flags" placeholder={input.keys?.length ? "" : "All"} splitChars={[",", " "]} clearable
        value={input.keys ?? []} onChange={(keys) => onChange({ ...input, keys: keys.length > 0 ? keys : null })} />
    </Stack>
  );
}
