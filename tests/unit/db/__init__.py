"""Tests of what the database layer decides by itself."""
