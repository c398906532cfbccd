import { type BadgeProps, createTheme, type CSSVariablesResolver, type MantineThemeOverride } from "@mantine/core";

/** The three faces of the product: one design, told apart by name and colour. */
export type Brand = "launch" | "wedsync" | "wedme";

export interface Look {
  readonly name: string;
  readonly theme: MantineThemeOverride;
  /** Until the viewer chooses: dark for the staff, who watch at night, else the preference of the system. */
  readonly scheme: "dark" | "auto";
}

/** Calm by default: colour is kept for what wants attention. */
const base: MantineThemeOverride = {
  defaultRadius: "md",
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
  primaryShade: { light: 7, dark: 8 }, // white on the lighter ones is hard to read
  headings: { fontWeight: "600" },
  components: {
    Anchor: { defaultProps: { underline: "always" } },
    Badge: {
      defaultProps: { tt: "none" },
      // The library's own grey dot is not to be seen on a dark badge.
      vars: (_theme: unknown, { variant, color }: BadgeProps) => ({
        root: variant === "dot" && color === "gray" ? { "--badge-dot-color": "var(--mantine-color-gray-6)" } : {},
      }),
    },
    Card: { defaultProps: { withBorder: true, padding: "md" } },
    Modal: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Dismiss" } } },
  },
};

export const looks: Record<Brand, Look> = {
  launch: { name: "Launch Control", theme: themed("indigo"), scheme: "dark" },
  wedsync: { name: "WedSync", theme: themed("indigo"), scheme: "auto" },
  wedme: { name: "WedMe", theme: themed("grape"), scheme: "auto" },
};

/** Their darkest shade is still too light for small print. */
const PALE = new Set(["yellow", "orange", "lime", "green"]);

/** White on their usual shade is too faint for small print. */
const darker = Object.fromEntries(
  ["red", "teal"].flatMap((color) => [
    [`--mantine-color-${color}-filled`, `var(--mantine-color-${color}-9)`],
    [`--mantine-color-${color}-filled-hover`, `color-mix(in srgb, var(--mantine-color-${color}-9), black 12%)`],
  ]),
);

/** Small print has to be read at 3 a.m. too: some of the library's own shades are too faint for that. */
export const readable: CSSVariablesResolver = ({ colors }) => ({
  variables: {},
  light: {
    ...Object.fromEntries(
      Object.keys(colors).flatMap((color) => [
        [`--mantine-color-${color}-light`, `var(--mantine-color-${color}-0)`],
        [`--mantine-color-${color}-light-color`, `var(--mantine-color-${PALE.has(color) ? "gray" : color}-9)`],
      ]),
    ),
    ...darker,
    "--mantine-color-dimmed": "var(--mantine-color-gray-7)",
    "--mantine-color-error": "var(--mantine-color-red-9)",
    "--mantine-color-placeholder": "var(--mantine-color-gray-6)",
  },
  dark: {
    ...darker,
    "--mantine-color-dimmed": "var(--mantine-color-dark-1)",
    "--mantine-color-error": "var(--mantine-color-red-4)",
  },
});

function themed(primaryColor: string): MantineThemeOverride {
  return createTheme({ ...base, primaryColor });
}
