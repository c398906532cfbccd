import { Autocomplete } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useEffectEvent, useState } from "react";
import { useQuery } from "urql";

import type { PeopleQuery as Data, PersonQuery as Named } from "../../gql/graphql";
import { isUserId, labelOf, type Person, type Target, targetOf } from "./person";
import { PeopleQuery, PersonQuery } from "./playground.graphql";

interface Props {
  value: string;
  onChange: (target: Target) => void;
}

const SEARCHED = 2;

/** Finds people as one types, and says whom the text means once that is known (U4). */
export function PersonInput({ value, onChange }: Props) {
  const [text, setText] = useState(value);
  const [wanted] = useDebouncedValue(text.trim(), 250);
  const [chosen, setChosen] = useState<Person>();
  const isChosen = chosen !== undefined && labelOf(chosen) === wanted;
  const isShort = wanted.length < SEARCHED || isChosen;
  const [{ data, fetching, stale }] = useQuery({ query: PeopleQuery, variables: { search: wanted }, pause: isShort });
  const [named] = useQuery({ query: PersonQuery, variables: { id: wanted }, pause: !isUserId(wanted) });
  const isKnown = data && !fetching && !stale && !named.fetching;
  const found = isChosen
    ? [chosen]
    : isShort
      ? []
      : isKnown
        ? [...peopleOf(data), ...accountIn(named.data)]
        : undefined;
  const target = found && targetOf(wanted, found);
  const tell = useEffectEvent(() => {
    if (target) onChange(target);
  });
  const { key, told } = target ?? {};
  useEffect(() => tell(), [key, told]);
  return (
    <Autocomplete
      label="Who"
      description="A name, an e-mail, or any targeting key; empty is a visitor without one."
      value={text}
      onChange={setText}
      data={[...new Set((found ?? []).map(labelOf))]}
      filter={({ options: all }) => all}
      onOptionSubmit={(label) => setChosen(found?.find((person) => labelOf(person) === label))}
      autoComplete="off"
      data-testid="person"
    />
  );
}

function accountIn(named: Named | undefined): Person[] {
  const user = named?.node?.__typename === "User" ? named.node : undefined;
  return user ? [{ id: user.id, name: "", email: user.email ?? "" }] : [];
}

function peopleOf(data: Data): Person[] {
  const suppliers = data.suppliers.nodes.map((row) => [row.businessName ?? "", row.onboarding.user] as const);
  const couples = data.couples.nodes.map(
    (row) => [[row.partner1Name, row.partner2Name].filter(Boolean).join(" and "), row.onboarding.user] as const,
  );
  return [...suppliers, ...couples].flatMap(([name, user]) =>
    user ? [{ id: user.id, name, email: user.email ?? "" }] : [],
  );
}
