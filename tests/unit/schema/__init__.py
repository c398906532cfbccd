"""Tests of what the graph declares."""
