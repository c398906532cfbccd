import type { Role } from "../../gql/graphql";

export interface Feature {
  readonly name: string;
  readonly description: string;
}

/** The features that the flags of the launch open, as their users name them. */
const SUPPLIER: Record<string, Feature> = {
  mvp_supplier_onboarding: { name: "Guided setup", description: "Three steps to your first connection." },
  mvp_supplier_dashboard: { name: "Dashboard", description: "Your clients and your progress at a glance." },
  mvp_client_management: { name: "Clients", description: "The couples you work with." },
  mvp_client_invitations: { name: "Invitations", description: "Invite couples by e-mail or link." },
  mvp_supplier_settings: { name: "Business profile", description: "What couples see about your business." },
  mvp_onboarding_assistance: { name: "Help with the setup", description: "Ask our team when you are stuck." },
  mvp_realtime_updates: { name: "Live updates", description: "Open pages update automatically." },
};

const COUPLE: Record<string, Feature> = {
  mvp_couple_dashboard: { name: "Your suppliers at a glance", description: "Your suppliers on your overview page." },
  mvp_couple_suppliers: { name: "Suppliers", description: "Everyone who works on your wedding." },
  mvp_couple_profile: { name: "Wedding profile", description: "Your names and wedding date." },
  mvp_step_invite_partner: { name: "Your partner", description: "An account for your partner." },
  mvp_onboarding_assistance: { name: "Help", description: "Ask our team when you are stuck." },
  mvp_realtime_updates: { name: "Live updates", description: "Open pages update automatically." },
};

/** What may open for people of this role. */
export function featuresOf(role: Role): Readonly<Record<string, Feature>> {
  if (role === "SUPPLIER") return SUPPLIER;
  return role === "COUPLE" ? COUPLE : {};
}

export function featureOf(key: string): Feature {
  return SUPPLIER[key] ?? COUPLE[key] ?? { name: "This", description: "" };
}
