"""Commands: feature flags and kill switches."""
