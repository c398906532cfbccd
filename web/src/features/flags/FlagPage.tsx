import { Anchor, Badge, SimpleGrid, Stack, Text } from "@mantine/core";
import { useEffect } from "react";
import { Link, useParams } from "react-router";

import { LinkButton } from "../../components/Button";
import { Failed } from "../../components/Failed";
import { LoadMore } from "../../components/LoadMore";
import { BreakableText } from "../../components/BreakableText";
import { Notice } from "../../components/Notice";
import { PageHead } from "../../components/PageHead";
import { Section } from "../../components/Section";
import { LoadingSkeleton } from "../../components/LoadingSkeleton";
import type { FlagQuery as Data } from "../../gql/graphql";
import { useLiveQuery } from "../../lib/live";
import { usePages } from "../../lib/pagedQuery";
import { useStream } from "../../lib/stream";
import { Ago } from "../../lib/time";
import { counted } from "../../lib/format";
import { ChangeRow } from "../audit/ChangeRow";
import { mayOperate } from "../session/roles";
import { useViewer } from "../session/session";
import { FlagEditor } from "./FlagEditor";
import { FlagChangesQuery, FlagQuery, FlagStream } from "./flags.graphql";
import { FlagSwitch } from "./FlagSwitch";
import { Held } from "./Held";
import { KillMark, reasonOf } from "./KillMark";
import { KillSwitch } from "./KillSwitch";

/** One flag: its state, its audience, its history, and how to revert it (S77, A4). */
export function FlagPage() {
  const key = useParams().key ?? "";
  const may = mayOperate(useViewer().role);
  const [{ data }, again, reading] = useLiveQuery(FlagQuery, { key });
  useStream(FlagStream, {}, ({ featureFlags }) => {
    if (featureFlags.key === key) again({ requestPolicy: "network-only" });
  });
  const flag = data?.featureFlag?.key === key ? data.featureFlag : undefined; // not the flag of the previous page
  if (!flag) {
    if (reading.error) return <Failed what="This flag" reading={reading} />;
    if (reading.isFetching || reading.isEmpty) return <LoadingSkeleton what="The flag" height={240} />;
    return (
      <Notice title="Flag not found" text={`No flag has the key “${key}”.`}>
        <Anchor component={Link} to="/admin/flags">
          All flags
        </Anchor>
      </Notice>
    );
  }
  return (
    <>
      <PageHead title={flag.name} text={<Facts flag={flag} mayOperate={may} />}>
        <LinkButton to={`/admin/playground?flag=${flag.key}`} size="xs" variant="default">
          Who sees it?
        </LinkButton>
        {may && <KillSwitch flag={flag} />}
        {may && <FlagSwitch flag={flag} />}
      </PageHead>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Section title="Settings">
          <FlagEditor key={flag.id} flag={flag} mayOperate={may} />
        </Section>
        <History flagKey={flag.key} version={flag.version} mayOperate={may} />
      </SimpleGrid>
    </>
  );
}

/** Marks flags that no longer decide anything, so that they are removed (A23). */
const MAY_GO = {
  UNUSED: "Not evaluated for 30 days. If no code uses it, it can be deleted.",
  SETTLED: "On for everybody for 30 days. The flag can be removed from the code.",
};

function Facts({ flag, mayOperate }: { flag: NonNullable<Data["featureFlag"]>; mayOperate: boolean }) {
  return (
    <Stack gap={4} mt={4}>
      <span>
        <Badge
          color={flag.enabled ? "teal" : "gray"}
          variant={flag.enabled ? "filled" : "outline"}
          mr="xs"
          data-testid="flag-state"
        >
          {flag.enabled ? `On, ${flag.rolloutPercentage} %` : "Off"}
        </Badge>
        <KillMark kill={flag.kill} />
        <Text span size="sm" className="code">
          <BreakableText text={flag.key} />
        </Text>
      </span>
      {flag.kill && (
        <Text size="sm" c="red">
          Off for everybody
          {flag.kill.at && (
            <>
              {" "}
              since <Ago at={flag.kill.at} />
            </>
          )}
          : {reasonOf(flag.kill)}
        </Text>
      )}
      <Held flag={flag} mayOperate={mayOperate} />
      <span>
        {counted(flag.exposedUsers, "user sees", "users see")} it
        {" · "}version {flag.version}, <Ago at={flag.updatedAt} />
        {flag.phase && ` · introduced by ${flag.phase.name}`}
      </span>
      <Text size="sm" c="dimmed" data-testid="exposure">
        {served(flag.exposure)}
      </Text>
      {flag.staleness !== "IN_USE" && (
        <Text size="sm" data-testid="stale">
          {MAY_GO[flag.staleness]}
        </Text>
      )}
    </Stack>
  );
}

function served({ on, off, onShare }: NonNullable<Data["featureFlag"]>["exposure"]): string {
  if (onShare == null) return "Not served in the last 24 hours";
  return `Served ${counted(on + off, "time")} in the last 24 hours, ${onShare} % of them on`;
}

function History(props: { flagKey: string; version: number; mayOperate: boolean }) {
  const pages = usePages(
    FlagChangesQuery,
    { key: props.flagKey },
    ({ featureFlag }) => featureFlag?.changes ?? { nodes: [], pageInfo: { hasNextPage: false } },
  );
  const { refetch } = pages;
  useEffect(refetch, [props.version, refetch]);
  return (
    <Section title="Changes" reading={pages}>
      <Stack gap={0}>
        {pages.nodes.map((change) => (
          <ChangeRow key={change.id} change={change} mayOperate={props.mayOperate} onReverted={refetch} />
        ))}
      </Stack>
      <LoadMore pages={pages} none="No changes yet." />
    </Section>
  );
}
