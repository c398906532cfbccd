import { Text } from "@mantine/core";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useQuery } from "urql";

import { PageHead } from "../../components/PageHead";
import { Section } from "../../components/Section";
import type { EvaluateFlagsInput } from "../../gql/graphql";
import { useQueryStatus } from "../../lib/queryStatus";
import { local } from "../../lib/spans";
import { sentenceCase } from "../../lib/format";
import { Evaluations } from "./Evaluations";
import { VISITOR } from "./person";
import { EvaluateQuery } from "./playground.graphql";
import { Whom } from "./Whom";

/** What a given user sees, why, since when and what is next (A22, X7). */
export function PlaygroundPage() {
  const [search] = useSearchParams();
  const [who, setWho] = useState(search.has("user") ? undefined : VISITOR); // a link's person is looked up first
  const [input, setInput] = useState<EvaluateFlagsInput>(() => ({
    keys: search.has("flag") ? [search.get("flag") ?? ""] : null,
  }));
  const response = useQuery({
    query: EvaluateQuery,
    requestPolicy: "network-only",
    pause: who === undefined,
    variables: { input: { ...input, targetingKey: who?.key ?? null, explain: true } },
  });
  const [{ data, fetching }] = response;
  const reading = useQueryStatus(response);
  return (
    <>
      <PageHead title="Playground" text="What a user sees, why, and since when. Evaluation changes nothing." />
      <div className="beside">
        <Section title="Evaluate as">
          <Whom person={search.get("user") ?? ""} input={input} onPerson={setWho} onChange={setInput} />
        </Section>
        <Section title="What they see" reading={reading}>
          <Text size="sm" role="status" data-testid="evaluated-as" style={{ overflowWrap: "anywhere" }}>
            {fetching || !who ? "Evaluating …" : `Evaluated for ${[who.told, ...conditions(input)].join(", ")}.`}
          </Text>
          {data && !fetching && <Evaluations found={data.evaluateFlags.flags} />}
        </Section>
      </div>
    </>
  );
}

/** What else was said about them. */
function conditions({ userType, vendorType, at }: EvaluateFlagsInput): string[] {
  return [
    userType && `as ${sentenceCase(userType).toLowerCase()}`,
    vendorType && `trade ${sentenceCase(vendorType).toLowerCase()}`,
    at && `at ${local(at)}`,
  ].filter((text) => typeof text === "string");
}
