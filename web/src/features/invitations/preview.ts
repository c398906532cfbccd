import type { PreviewQuery as Data } from "../../gql/graphql";

/** What an invitation link shows before it is accepted. */
export type Preview = NonNullable<Data["invitation"]>;

/** What the key of an acceptance is kept under, while its answer is awaited. */
export const acceptance = (code: string) => `accept:${code}`;
