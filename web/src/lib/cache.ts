import { type Cache, cacheExchange, type UpdateResolver } from "@urql/exchange-graphcache";

import { EMBEDDED, EVENTS, POSSIBLE_TYPES } from "../gql/cacheShape";
import { NotificationCountDocument, SystemHealthDocument } from "../gql/graphql";

/** Changed rows are updated by their ids; lists and counts are invalidated. */
export function launchCache() {
  return cacheExchange({
    // Without these it guesses which types match a fragment on an interface, and loses fields of errors.
    possibleTypes: POSSIBLE_TYPES,
    // The key of an event is its position in the log.
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
        notifications: (result, _args, cache) => {
          const { unreadCount } = result.notifications as { unreadCount: number };
          cache.updateQuery(
            { query: NotificationCountDocument },
            (data) => data && { ...data, notifications: { ...data.notifications, unreadCount } },
          );
        },
        invitation: ownListsChange,
        clients: ownListsChange,
        partnerships: ownListsChange,
        bulkInvitation: (result, _args, cache) => linkBulk(cache, result.bulkInvitation),
      },
    },
  });
}

const OWN_LISTS = new Set(["clients", "onboarding", "partnerships"]);

/** Invalidates the counts and lists of a supplier or couple after a change of a client. */
const ownListsChange: UpdateResolver = (_result, _args, cache) => {
  for (const owner of [ownerOf(cache, "supplier"), ownerOf(cache, "couple")]) {
    if (owner === null) continue;
    for (const { fieldName, fieldKey } of cache.inspectFields(owner)) {
      if (OWN_LISTS.has(fieldName)) cache.invalidate(owner, fieldKey);
    }
  }
};

/** Stores a new object as the newest one of its supplier. */
const bulkBegins: UpdateResolver = (result, args, cache, info) => {
  ownListsChange(result, args, cache, info);
  linkBulk(cache, (result.inviteClients as { bulkInvitation?: unknown } | null | undefined)?.bulkInvitation);
};

function linkBulk(cache: Cache, newest: unknown): void {
  const supplier = ownerOf(cache, "supplier");
  if (supplier !== null && newest) cache.link(supplier, "bulkInvitation", newest as { __typename: string; id: string });
}

function ownerOf(cache: Cache, side: "supplier" | "couple"): string | null {
  const viewer = cache.resolve("Query", "viewer");
  const owner = typeof viewer === "string" ? cache.resolve(viewer, side) : null;
  return typeof owner === "string" ? owner : null;
}
