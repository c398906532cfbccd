"""Test support: servers, processes, clients, reports."""
