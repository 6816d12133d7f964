/**
 * The colours of the runbook and the dashboard. Good is blue, never green; the distances hold under the common kinds of colour
 * blindness. Colour never carries a meaning alone: every state has a texture here and a word beside it, and faults are hatching.
 */
export interface Palette {
  page: string;
  text: string;
  /** Second-rank text. */
  quiet: string;
  rule: string;
  ok: string;
  near: string;
  bad: string;
  fault: string;
  idle: string;
}

export const LIGHT: Palette = {
  page: "#ffffff",
  text: "#1b1f26",
  quiet: "#5f6672",
  rule: "#d5d9df",
  ok: "#0072b2",
  near: "#9a5b00",
  bad: "#c2185b",
  fault: "#2b2f36",
  idle: "#757d8a",
};

export const DARK: Palette = {
  page: "#0f1318",
  text: "#e8ebef",
  quiet: "#a4acb8",
  rule: "#333a44",
  ok: "#56b4e9",
  near: "#f0c23b",
  bad: "#ff6b5e",
  fault: "#ffffff",
  idle: "#7c8696",
};

/** As CSS custom properties: `--ok: #0072b2; …`. */
export function asProperties(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(" ");
}
