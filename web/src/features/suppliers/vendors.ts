import type { VendorType } from "../../gql/graphql";

const NAMES: Record<VendorType, string> = {
  PHOTOGRAPHER: "Photographer",
  VENUE: "Venue",
  CATERING: "Catering",
  FLORIST: "Florist",
  MUSIC: "Music",
  OTHER: "Other",
};

/** Values of forms are in small letters, as the addresses and the documents of the product have them. */
export const VENDORS = Object.entries(NAMES).map(([type, label]) => ({ value: type.toLowerCase(), label }));

/** What a list can be narrowed to. */
export const TRADES = (Object.entries(NAMES) as [VendorType, string][]).map(([value, label]) => ({ value, label }));

export function vendorName(type: VendorType | null | undefined): string {
  return type ? NAMES[type] : "Supplier";
}

/** The choice of a form; null for none. */
export function vendorType(value: string): VendorType | null {
  const type = value.toUpperCase();
  return type in NAMES ? (type as VendorType) : null;
}
