"""How fields are answered: open a session, call one service, wrap."""
