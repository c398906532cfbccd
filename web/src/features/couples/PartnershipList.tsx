import { Stack } from "@mantine/core";
import { useQuery } from "urql";

import type { PartnershipFieldsFragment } from "../../gql/graphql";
import { BlockedPartnersQuery } from "../session/partners.graphql";
import { PartnerActions } from "./PartnerActions";
import { nameOf, PartnershipRow } from "./PartnershipRow";

/** A page of suppliers, each with what the couple can do about it (M4). */
export function PartnershipList({ partnerships }: { partnerships: readonly PartnershipFieldsFragment[] }) {
  const [{ data }, again] = useQuery({ query: BlockedPartnersQuery, requestPolicy: "cache-and-network" });
  const blocked = new Set(data?.blockedPartners.map(({ partnershipId }) => partnershipId));
  return (
    <Stack gap={0}>
      {partnerships.map((partnership) => (
        <PartnershipRow key={partnership.id} partnership={partnership} isBlocked={blocked.has(partnership.id)}>
          <PartnerActions
            id={partnership.id}
            name={nameOf(partnership)}
            isActive={partnership.isActive}
            isBlocked={blocked.has(partnership.id)}
            onChanged={() => again({ requestPolicy: "network-only" })}
          />
        </PartnershipRow>
      ))}
    </Stack>
  );
}
