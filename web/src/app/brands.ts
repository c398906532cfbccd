import { createTheme, type MantineThemeOverride } from "@mantine/core";

/** The three faces of the product: one design, told apart by name and colour. */
export type Brand = "launch" | "wedsync" | "wedme";

export interface Look {
  readonly name: string;
  readonly theme: MantineThemeOverride;
  /** Until the reader chooses: dark for those who watch at night, else as their system has it. */
  readonly scheme: "dark" | "auto";
}

/** Calm by default: colour is kept for what wants attention. */
const base: MantineThemeOverride = {
  defaultRadius: "md",
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
  primaryShade: { light: 7, dark: 8 }, // white on the lighter ones is hard to read
  headings: { fontWeight: "600" },
  components: {
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

function themed(primaryColor: string): MantineThemeOverride {
  return createTheme({ ...base, primaryColor });
}
