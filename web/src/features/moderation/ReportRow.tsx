import { Badge, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useMutation } from "urql";

import { Button } from "../../components/Button";
import { ReasonModal } from "../../components/ReasonModal";
import { Row } from "../../components/Row";
import type { MessageReportsQuery as Data } from "../../gql/graphql";
import { notifyFailure } from "../../lib/notifyFailure";
import { Ago } from "../../lib/time";
import { DismissMessageReportMutation, HideMessageMutation, ShowMessageMutation } from "./moderation.graphql";

type Report = Data["messageReports"]["nodes"][number];
type Decision = "hide" | "show" | "dismiss";

interface Props {
  report: Report;
  onDecided: () => void;
}

/** One report: what was written, by whom to whom, why it was reported, and what to do about it. */
export function ReportRow({ report, onDecided }: Props) {
  const [asking, ask] = useState<Decision>();
  const { message, outcome } = report;
  return (
    <Row
      data-testid="message-report"
      data-status={outcome ?? "OPEN"}
      aside={
        <>
          {outcome && (
            <Badge color={outcome === "HIDDEN" ? "orange" : "gray"} variant="dot">
              {outcome === "HIDDEN" ? "Hidden" : "Left as it is"}
            </Badge>
          )}
          {!outcome && (
            <Button size="xs" variant="default" onClick={() => ask("dismiss")} data-testid="dismiss-report-btn">
              Leave it
            </Button>
          )}
          {message.isHidden ? (
            <Button size="xs" variant="default" onClick={() => ask("show")} data-testid="show-message-btn">
              Show it again
            </Button>
          ) : (
            <Button size="xs" color="red" variant="light" onClick={() => ask("hide")} data-testid="hide-message-btn">
              Hide it
            </Button>
          )}
        </>
      }
    >
      <Stack gap={4}>
        <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
          {people(report)}
        </Text>
        <Text size="sm" dir="auto" style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
          “{report.reportedText}”
        </Text>
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          <b>Reported because:</b> {report.reason}
        </Text>
        {message.isHidden && message.hiddenReason && (
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            <b>Hidden because:</b> {message.hiddenReason}
          </Text>
        )}
        <Text size="xs" c="dimmed">
          Written <Ago at={message.sentAt} /> · reported <Ago at={report.createdAt} />
          {report.resolvedAt && (
            <>
              {" "}
              · decided <Ago at={report.resolvedAt} />
            </>
          )}
        </Text>
      </Stack>
      {asking && <Decide report={report} decision={asking} onDecided={onDecided} onClose={() => ask(undefined)} />}
    </Row>
  );
}

const DECISIONS: Record<Decision, { title: string; confirm: string; color?: string; effect: string }> = {
  hide: {
    title: "Hide the message",
    confirm: "Hide",
    color: "red",
    effect: "Both sides see your reason instead of the message. All reports of it are closed.",
  },
  show: {
    title: "Show the message again",
    confirm: "Show",
    effect: "Both sides see the message again. Your reason is in the audit only.",
  },
  dismiss: {
    title: "Leave the message as it is",
    confirm: "Leave it",
    effect: "The report is closed and the message stays. Your reason is in the audit only.",
  },
};

function Decide({ report, decision, onDecided, onClose }: Props & { decision: Decision; onClose: () => void }) {
  const [, hide] = useMutation(HideMessageMutation);
  const [, show] = useMutation(ShowMessageMutation);
  const [, dismiss] = useMutation(DismissMessageReportMutation);
  const { title, confirm, color, effect } = DECISIONS[decision];

  async function decide(reason: string): Promise<boolean> {
    const input = { messageId: report.messageId, reason };
    const { error, errors } = await {
      hide: async () => {
        const { data, error } = await hide({ input });
        return { error, errors: data?.hideMessage.errors };
      },
      show: async () => {
        const { data, error } = await show({ input });
        return { error, errors: data?.showMessage.errors };
      },
      dismiss: async () => {
        const { data, error } = await dismiss({ input: { id: report.id, reason } });
        return { error, errors: data?.dismissMessageReport.errors };
      },
    }[decision]();
    if (notifyFailure("Not decided", error, errors)) return false;
    onDecided();
    return true;
  }

  return (
    <ReasonModal
      title={title}
      required
      confirm={confirm}
      {...(color !== undefined && { color })}
      onConfirm={decide}
      onClose={onClose}
    >
      {effect}
    </ReasonModal>
  );
}

/** Sender and recipient, such as "Golden Hour to Emma & James". */
function people({ message, supplierName, coupleNames }: Report): string {
  const business = supplierName ?? "A supplier";
  const names = coupleNames ?? "A couple";
  const [author, reader] = message.side === "SUPPLIER" ? [business, names] : [names, business];
  return `${author} to ${reader}`;
}
