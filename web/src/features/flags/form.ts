import type { BucketBy, FlagFieldsFragment } from "../../gql/graphql";

export interface FlagValues {
  name: string;
  description: string;
  rolloutPercentage: number;
  targetGroups: string[];
  bucketBy: BucketBy;
  clientVisible: boolean;
  reason: string;
}

export const BUCKETS: { value: BucketBy; label: string }[] = [
  { value: "USER", label: "Each user for themselves" },
  { value: "COUPLE", label: "Both of a couple see the same" },
  { value: "SUPPLIER", label: "All of a supplier see the same" },
  { value: "DEVICE", label: "Each device for itself" },
];

export function valuesOf(flag: FlagFieldsFragment): FlagValues {
  const { name, description, rolloutPercentage, targetGroups, bucketBy, clientVisible } = flag;
  return {
    name, description: description ?? "", rolloutPercentage, targetGroups: [...targetGroups], bucketBy,
    clientVisible, reason: "",
  };
}
