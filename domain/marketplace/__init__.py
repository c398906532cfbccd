"""Rules: suppliers, couples, invitations and onboarding."""
