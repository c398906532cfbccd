import { Combobox, Loader, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useEffectEvent } from "react";
import { useQuery } from "urql";

import { sentence } from "../../lib/notifyFailure";
import { useViewer } from "../session/session";
import { AssigneesQuery } from "./incidents.graphql";

interface Props {
  search: string;
  /** The current assignee. */
  assigneeId: string | undefined;
  /** The list is a new one: Enter takes its first. */
  onFound: () => void;
}

/** Those of the launch team whose e-mail holds what was typed. */
export function Assignees({ search, assigneeId, onFound }: Props) {
  const me = useViewer().id;
  const [wanted] = useDebouncedValue(search.trim(), 200);
  const [{ data, error, fetching }] = useQuery({
    query: AssigneesQuery,
    variables: { search: wanted || null },
    requestPolicy: "cache-and-network",
  });
  const people = data?.incidentAssignees.nodes;
  const found = useEffectEvent(onFound);
  useEffect(() => {
    if (people !== undefined && wanted !== "") found();
  }, [people, wanted]);
  if (error && !people) return <Combobox.Empty>{sentence(error)}</Combobox.Empty>;
  return (
    <Combobox.Options mah={240} style={{ overflowY: "auto" }} aria-label="Launch team" aria-busy={fetching}>
      {people === undefined && (
        <Combobox.Empty>
          <Loader size="xs" aria-label="Loading" />
        </Combobox.Empty>
      )}
      {people?.length === 0 && <Combobox.Empty>No matching e-mail address.</Combobox.Empty>}
      {people?.map(({ id, email, role }) => (
        <Combobox.Option key={id} value={id} disabled={id === assigneeId} style={{ overflowWrap: "anywhere" }}>
          <Text size="sm" fw={500}>
            {email}
            {id === me && " (you)"}
          </Text>
          <Text size="xs">
            {role.toLowerCase()}
            {id === assigneeId && " · already assigned"}
          </Text>
        </Combobox.Option>
      ))}
    </Combobox.Options>
  );
}
