"""Commands: propagation of flag versions."""
