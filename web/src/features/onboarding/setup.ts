import type { SetupQuery as Data } from "../../gql/graphql";

/** A supplier as the steps of the setup need it. */
export type Setup = NonNullable<NonNullable<Data["viewer"]>["supplier"]>;
