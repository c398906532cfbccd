import { type Cache, cacheExchange, type UpdateResolver } from "@urql/exchange-graphcache";

import { EMBEDDED, EVENTS, POSSIBLE_TYPES } from "../gql/cacheShape";
import { SystemHealthDocument } from "../gql/graphql";

/** Changed rows find their places by their ids; lists and what is counted have to be read again. */
export function launchCache() {
  return cacheExchange({
    // Without these it guesses what a fragment on an interface fits, and loses fields of errors.
    possibleTypes: POSSIBLE_TYPES,
    // Events are told apart by their place in the log.
    keys: {
      ...Object.fromEntries(EMBEDDED.map((name) => [name, () => null])),
      ...Object.fromEntries(EVENTS.map((name) => [name, (event) => event.cursor as string])),
    },
    updates: {
      Mutation: {
        addClient: ownListsChange,
        updateClient: ownListsChange,
        importClients: ownListsChange,
        inviteClient: ownListsChange,
        inviteClients: bulkBegins,
        revokeInvitation: ownListsChange,
        endPartnership: ownListsChange,
        blockPartner: ownListsChange,
      },
      Subscription: {
        systemHealth: (result, _args, cache) => {
          cache.updateQuery({ query: SystemHealthDocument }, (data) =>
            "systemHealth" in result ? (result as unknown as typeof data) : data,
          );
        },
        invitation: ownListsChange,
      },
    },
  });
}

const OWN_LISTS = new Set(["clients", "onboarding"]);

/** What a supplier counts and lists: one client more, or one of another status. */
const ownListsChange: UpdateResolver = (_result, _args, cache) => {
  const supplier = supplierOf(cache);
  if (supplier === null) return;
  for (const { fieldName, fieldKey } of cache.inspectFields(supplier)) {
    if (OWN_LISTS.has(fieldName)) cache.invalidate(supplier, fieldKey);
  }
};

/** It is the newest one of its supplier from now on. */
const bulkBegins: UpdateResolver = (result, args, cache, info) => {
  ownListsChange(result, args, cache, info);
  const supplier = supplierOf(cache);
  const payload = result.inviteClients as
    { bulkInvitation: { __typename: string; id: string } | null } | null | undefined;
  if (supplier !== null && payload?.bulkInvitation) cache.link(supplier, "bulkInvitation", payload.bulkInvitation);
};

function supplierOf(cache: Cache): string | null {
  const viewer = cache.resolve("Query", "viewer");
  const supplier = typeof viewer === "string" ? cache.resolve(viewer, "supplier") : null;
  return typeof supplier === "string" ? supplier : null;
}
