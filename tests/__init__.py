"""Tests, by cost: unit, integration, api, subscriptions, migrations, e2e."""
