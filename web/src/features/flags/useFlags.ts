import { type PagedQuery, usePages } from "../../lib/pagedQuery";
import { useStream } from "../../lib/stream";
import type { FlagFieldsFragment } from "../../gql/graphql";
import { FlagsQuery, FlagStream } from "./flags.graphql";

/** Flags page by page; each is updated by its changes, and a new one refetches the list. */
export function useFlags(search: string, enabled: boolean | null = null): PagedQuery<FlagFieldsFragment> {
  const wanted = { search: search.trim() || null, enabled };
  const pages = usePages(FlagsQuery, wanted, (data) => data.featureFlags);
  useStream(FlagStream, {}, ({ featureFlags: flag }) => {
    const fits = enabled === null || flag.enabled === enabled;
    if ((!pages.patch(flag) || !fits) && !pages.isEmpty) pages.refetch();
  });
  return pages;
}
