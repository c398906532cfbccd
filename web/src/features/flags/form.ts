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
  { value: "USER", label: "User" },
  { value: "COUPLE", label: "Couple: both partners see the same" },
  { value: "SUPPLIER", label: "Supplier: all its users see the same" },
  { value: "DEVICE", label: "Device" },
];

export function valuesOf(flag: FlagFieldsFragment): FlagValues {
  const { name, description, rolloutPercentage, targetGroups, bucketBy, clientVisible } = flag;
  return {
    name,
    description: description ?? "",
    rolloutPercentage,
    targetGroups: [...targetGroups],
    bucketBy,
    clientVisible,
    reason: "",
  };
}
