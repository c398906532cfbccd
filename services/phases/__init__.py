"""Use cases: launch phases, runs and rehearsals."""
