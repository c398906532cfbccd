"""The object types, inputs and enums of the schema, by topic."""
