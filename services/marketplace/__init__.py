"""Use cases: suppliers, couples, invitations and onboarding."""
