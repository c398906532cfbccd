"""What fields of the graph read: one declaration for their resolvers and for query plans."""
