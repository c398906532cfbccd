"""HTTP beside the graph: routes, and middleware that every response passes."""
