import type { CoupleInvitationQuery as Data } from "../../gql/graphql";

/** What an invitation link shows before it is accepted. */
export type Preview = NonNullable<Data["coupleInvitation"]>;

export interface Joined {
  /** The log-in of a new account; undefined if the account existed before. */
  readonly email: string | undefined;
  readonly hasPassword: boolean;
}

/** What the key of an acceptance is kept under, while its answer is awaited. */
export const joining = (code: string) => `join:${code}`;
