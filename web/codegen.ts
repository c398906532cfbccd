import type { CodegenConfig } from "@graphql-codegen/cli";

/** Types come from the committed SDL: a field that is gone fails the build, not a user. */
const config: CodegenConfig = {
  schema: "../schema/schema.graphql",
  documents: ["src/**/*.{ts,tsx}", "!src/**/*.test.ts"],
  ignoreNoDocuments: false,
  generates: {
    "src/gql/cacheShape.ts": { plugins: ["./scripts/cache-shape.ts"] },
    "src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          DateTime: "string",
          Date: "string",
          EmailAddress: "string",
          JSON: "unknown",
          Percent: "number",
        },
      },
    },
  },
};

export default config;
