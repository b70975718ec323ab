import { createTheme, type MantineColorsTuple } from "@mantine/core";

const indigo: MantineColorsTuple = [
  "#edf2ff",
  "#dbe4ff",
  "#bac8ff",
  "#91a7ff",
  "#748ffc",
  "#5c7cfa",
  "#4c6ef5",
  "#4263eb",
  "#3b5bdb",
  "#364fc7",
];

/** One theme: calm and dense, one accent, colour otherwise for state alone. */
export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: 8,
  colors: { indigo },
  fontFamily:
    'system-ui, "Hiragino Sans", "Yu Gothic UI", Meiryo, "Noto Sans CJK JP", "Noto Sans JP", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace',
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  defaultRadius: "sm",
  headings: { fontWeight: "650", sizes: { h1: { fontSize: "22px" }, h2: { fontSize: "17px" } } },
});

/** Okabe–Ito colours: readable with any colour vision. */
export const series = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#5a5a5a"];

/** Filled badge colours that pass AA on white text; state is also an icon and a word. */
export const stateColour: Record<string, string> = {
  accept: "teal.9",
  review: "orange.9",
  exclude: "red.9",
  stored: "teal.9",
  quarantined: "red.9",
  held: "orange.9",
  open: "indigo.8",
  closed: "gray.7",
  signed: "teal.9",
  disputed: "red.9",
  frozen: "indigo.9",
  draft: "gray.7",
  active: "teal.9",
  anchored: "teal.9",
  pending: "orange.9",
  intact: "teal.9",
  withdrawn: "grape.9",
  tampered: "red.9",
  refused: "red.9",
  failed: "red.9",
  done: "teal.9",
  running: "indigo.8",
  allowed: "teal.9",
};
