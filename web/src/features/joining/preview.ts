import type { CoupleInvitationQuery as Data } from "../../gql/graphql";

/** What a link shows to whoever has it. */
export type Preview = NonNullable<Data["coupleInvitation"]>;

export interface Joined {
  /** What a new account logs in with; undefined for those who had one. */
  readonly email: string | undefined;
  readonly hasPassword: boolean;
}

/** What the key of an acceptance is kept under, while its answer is awaited. */
export const joining = (code: string) => `join:${code}`;
