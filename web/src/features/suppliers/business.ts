import type { DashboardQuery as Data } from "../../gql/graphql";

/** A supplier as the dashboard shows it. */
export type Business = NonNullable<NonNullable<Data["viewer"]>["supplier"]>;

/** The newest conversations, with how much of each is unread. */
export type Unread = Data["conversations"]["nodes"];
