"""Use cases: feature flags and kill switches."""
