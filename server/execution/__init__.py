"""How an operation is carried out: by a plan where there is one, else by the executor."""
