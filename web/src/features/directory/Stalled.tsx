import { Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { LoadMore } from "../../components/LoadMore";
import { BreakableText } from "../../components/BreakableText";
import { Row } from "../../components/Row";
import { Section } from "../../components/Section";
import type { StandingFieldsFragment } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { usePages } from "../../lib/pagedQuery";
import { useViewer } from "../session/session";
import { AnswerMutation, StalledQuery } from "./directory.graphql";
import { Followed } from "./Followed";
import { OnboardingState, SeesLink } from "./OnboardingState";

const SPANS = [
  { value: "300", label: "for 5 minutes" },
  { value: "3600", label: "for an hour" },
  { value: "86400", label: "for a day" },
];

/** Stalled users, including those who ask for help (S44, S73). */
export function Stalled() {
  const admin = useViewer().role === "ADMIN";
  const [seconds, setSeconds] = useState("300");
  const wanted = { userType: null, olderThanSeconds: Number(seconds) };
  const pages = usePages(StalledQuery, wanted, (data) => data.stalledOnboardings);
  return (
    <Section
      title="Stalled"
      reading={pages}
      aside={
        <Select
          size="xs"
          w={150}
          aria-label="For how long"
          data={SPANS}
          value={seconds}
          allowDeselect={false}
          onChange={(value) => setSeconds(value ?? "300")}
        />
      }
    >
      <Followed pages={pages} />
      <Stack gap={0}>
        {pages.nodes.map((item) => (
          <Line key={item.id} onboarding={item} mayAnswer={admin} onAnswered={pages.refetch} />
        ))}
      </Stack>
      <LoadMore pages={pages} none="No stalled onboardings." />
    </Section>
  );
}

interface LineProps {
  onboarding: StandingFieldsFragment;
  mayAnswer: boolean;
  onAnswered: () => void;
}

function Line({ onboarding, mayAnswer, onAnswered }: LineProps) {
  const [state, answer] = useMutation(AnswerMutation);

  async function onAnswer() {
    const { data, error } = await answer({ id: onboarding.id });
    if (!notifyFailure("Not answered", error, data?.answerAssistance.errors)) onAnswered();
  }

  return (
    <Row
      aside={
        <>
          <SeesLink user={onboarding.user} />
          {onboarding.assistanceNeeded && mayAnswer && (
            <Button sends size="xs" variant="default" loading={state.fetching} onClick={() => void onAnswer()}>
              Mark as answered
            </Button>
          )}
        </>
      }
    >
      <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
        <BreakableText text={onboarding.user?.email ?? "A deleted account"} /> · {onboarding.userType.toLowerCase()}
      </Text>
      <OnboardingState onboarding={onboarding} />
      {onboarding.assistanceMessage && (
        <Text size="sm" fs="italic" style={{ overflowWrap: "anywhere" }}>
          “{onboarding.assistanceMessage}”
        </Text>
      )}
    </Row>
  );
}
