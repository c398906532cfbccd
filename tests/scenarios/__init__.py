"""Random sequences of operator, user and environment steps against the real services (D1 to D8)."""
