"""Rules: feature flags and kill switches."""
