"""`launch up`, `serve`, `worker`, `jobs` and `schema`: processes and the work around them."""
