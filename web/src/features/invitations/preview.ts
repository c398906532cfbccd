import type { PreviewQuery as Data } from "../../gql/graphql";

/** What a link shows to whoever has it. */
export type Preview = NonNullable<Data["invitation"]>;
