"""Rules: launch phases, runs and rehearsals."""
