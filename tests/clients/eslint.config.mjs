import { fileURLToPath } from "node:url";

import graphql from "@graphql-eslint/eslint-plugin";

const SDL = fileURLToPath(new URL("../../schema/schema.graphql", import.meta.url));

const OUR_REASONS = {
  // Whoever implements Node has an id; a point of a series, a page, a payload is a value.
  "@graphql-eslint/strict-id-in-types": "off",
  // User.userType, a name of the contract with clients.
  "@graphql-eslint/no-typename-prefix": "off",
};

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema: SDL } } },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...graphql.configs["flat/schema-recommended"].rules,
      ...OUR_REASONS,
      "@graphql-eslint/require-nullable-fields-with-oneof": "error",
      "@graphql-eslint/require-type-pattern-with-oneof": "error",
      "@graphql-eslint/require-description": [
        "error",
        { types: true, rootField: true, DirectiveDefinition: true, FieldDefinition: true,
          InputValueDefinition: true, EnumValueDefinition: true },
      ],
    },
  },
];
