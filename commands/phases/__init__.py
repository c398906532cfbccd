"""Commands: launch phases, runs and rehearsals."""
