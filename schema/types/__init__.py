"""The object types, inputs and enums of the graph, by topic."""
