import { useState } from "react";
import { useSearchParams } from "react-router";
import { useQuery } from "urql";

import { PageHead } from "../../components/PageHead";
import { Section } from "../../components/Section";
import type { EvaluateFlagsInput } from "../../gql/graphql";
import { useReading } from "../../lib/reading";
import { Evaluations } from "./Evaluations";
import { EvaluateQuery } from "./playground.graphql";
import { Whom } from "./Whom";

/** What a given user sees, why, since when and what is next (SPEC A22, X7). */
export function PlaygroundPage() {
  const [search] = useSearchParams();
  const [input, setInput] = useState<EvaluateFlagsInput>(() => ({
    targetingKey: search.get("user"), keys: search.has("flag") ? [search.get("flag") ?? ""] : null,
  }));
  const response = useQuery({
    query: EvaluateQuery, variables: { input: { ...input, explain: true } }, requestPolicy: "network-only",
  });
  const [{ data }] = response;
  const reading = useReading(response);
  return (
    <>
      <PageHead title="Playground" text="What somebody sees, why, and since when. Asking changes nothing." />
      <div className="beside">
        <Section title="Evaluate as"><Whom input={input} onChange={setInput} /></Section>
        <Section title="What they see" reading={reading}>
          {data && <Evaluations found={data.evaluateFlags.flags} />}
        </Section>
      </div>
    </>
  );
}
