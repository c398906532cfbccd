import { Autocomplete } from "@mantine/core";
import { useDebouncedCallback, useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useQuery } from "urql";

import type { PeopleQuery as Data } from "../../gql/graphql";
import { PeopleQuery } from "./playground.graphql";

interface Props {
  value: string;
  /** An account's id, or any text that flags may be hashed by. */
  onChange: (targetingKey: string) => void;
}

/** Finds people as one types; what is no person is taken as it stands. */
export function PersonInput({ value, onChange }: Props) {
  const [text, setText] = useState(value);
  const [wanted] = useDebouncedValue(text.trim(), 250);
  const [{ data }] = useQuery({ query: PeopleQuery, variables: { search: wanted }, pause: wanted.length < 2 });
  const options = wanted.length < 2 ? [] : optionsOf(data);
  const told = useDebouncedCallback(onChange, 300);
  return (
    <Autocomplete
      label="Who" description="A name, an e-mail, or any targeting key; empty is a visitor without one."
      value={text} data={options} filter={({ options: all }) => all}
      onChange={(entered) => {
        setText(entered);
        told(options.find((option) => option.label === entered || option.value === entered)?.value ?? entered.trim());
      }}
      autoComplete="off" data-testid="person"
    />
  );
}

function optionsOf(data: Data | undefined): { value: string; label: string }[] {
  const suppliers = (data?.suppliers.nodes ?? []).map((row) => [row.businessName ?? row.email, row.onboarding.user] as const);
  const couples = (data?.couples.nodes ?? []).map((row) =>
    [[row.partner1Name, row.partner2Name].filter(Boolean).join(" and "), row.onboarding.user] as const);
  return [...suppliers, ...couples].flatMap(([name, user]) =>
    user ? [{ value: user.id, label: [name, user.email].filter(Boolean).join(" · ") }] : []);
}
