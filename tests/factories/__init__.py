"""Test data by topic."""
