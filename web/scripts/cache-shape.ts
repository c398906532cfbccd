import { type GraphQLSchema, isAbstractType, isObjectType } from "graphql";

/** Written by codegen: what the page's cache has to know of the graph (see src/lib/cache.ts). */
export function plugin(schema: GraphQLSchema): string {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"));
  const possible = types
    .filter(isAbstractType)
    .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]);
  const events = schema.getPossibleTypes(abstract(schema, "LaunchEvent")).map(({ name }) => name);
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const embedded = types
    .filter(isObjectType)
    .filter((type) => !roots.includes(type) && !("id" in type.getFields()) && !events.includes(type.name));
  return [
    "/** The kinds of each interface and union. */",
    constant("POSSIBLE_TYPES", Object.fromEntries(possible)),
    "/** Kinds of the launch's events. */",
    constant("EVENTS", events),
    "/** Types without an id of their own: they live in the field that holds them. */",
    constant(
      "EMBEDDED",
      embedded.map(({ name }) => name),
    ),
  ].join("\n");
}

function abstract(schema: GraphQLSchema, name: string) {
  const type = schema.getType(name);
  if (!isAbstractType(type)) throw new Error(`The graph has no interface ${name}`);
  return type;
}

function constant(name: string, value: unknown): string {
  return `export const ${name} = ${JSON.stringify(value)};`;
}
