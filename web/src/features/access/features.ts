import type { Role } from "../../gql/graphql";

export interface Feature {
  readonly name: string;
  readonly description: string;
}

/** What the flags of the launch open, in the words of those who get it. */
const SUPPLIER: Record<string, Feature> = {
  mvp_supplier_dashboard: { name: "Dashboard", description: "Your clients and your progress at a glance." },
  mvp_client_management: { name: "Clients", description: "The list of the couples that you work with." },
  mvp_client_invitations: { name: "Invitations", description: "Connect with a couple by e-mail or by a link." },
  mvp_supplier_settings: { name: "Business profile", description: "What couples see of your business." },
  mvp_onboarding_assistance: { name: "Help with the setup", description: "Ask a person when you are stuck." },
  mvp_advanced_features: { name: "Advanced features", description: "What comes after the first steps." },
};

const COUPLE: Record<string, Feature> = {
  mvp_couple_dashboard: { name: "Your suppliers at a glance", description: "Who works on your day, on your first page." },
  mvp_couple_suppliers: { name: "Suppliers", description: "Everybody who works on your day." },
  mvp_couple_profile: { name: "Wedding profile", description: "Your names and your day." },
  mvp_onboarding_assistance: { name: "Help", description: "Ask a person when you are stuck." },
};

/** What may open for people of this role. */
export function featuresOf(role: Role): Readonly<Record<string, Feature>> {
  if (role === "SUPPLIER") return SUPPLIER;
  return role === "COUPLE" ? COUPLE : {};
}

export function featureOf(key: string): Feature {
  return SUPPLIER[key] ?? COUPLE[key] ?? { name: "This", description: "" };
}
