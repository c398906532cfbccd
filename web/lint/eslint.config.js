import js from "@eslint/js";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import ts from "typescript-eslint";

/** The layers of src/, top first. Each imports only from those below it and from itself. */
const LAYERS = ["app", "features", "components", "lib"];

/** One entry per layer: what it may not import. */
const zones = LAYERS.slice(1).map((layer, index) => {
  const above = LAYERS.slice(0, index + 1);
  return {
    files: [`src/${layer}/**`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${above.join("|")}|main)(/|\\.|$)`,
              message: `src/${layer} is below ${above.join(" and ")}.`,
            },
          ],
        },
      ],
    },
  };
});

export default ts.config(
  { ignores: ["dist/", "src/gql/", "**/node_modules/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  ts.configs.stylisticTypeChecked,
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      parserOptions: { projectService: true, tsconfigRootDir: `${import.meta.dirname}/..` },
    },
    rules: {
      // `onClick={() => setOpen(true)}` is how React is written.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // A number prints as it is; everything else has to be made text first.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // The runner of node:test waits for what `test` returns.
      "@typescript-eslint/no-floating-promises": [
        "error",
        { allowForKnownSafeCalls: [{ from: "package", name: ["test"], package: "node:test" }] },
      ],
    },
  },
  {
    files: ["src/**"],
    extends: [hooks.configs.flat.recommended, a11y.flatConfigs.strict],
  },
  ...zones,
  { files: ["**/*.js"], extends: [ts.configs.disableTypeChecked] },
);
