const TONES = ["ok", "near", "bad", "idle", "fault"];

/** The style sheet of all charts; the colours come from the page as custom properties (see palette.ts). */
export const CHART_STYLE = [
  ".chart { display: block; width: 100%; height: auto; }",
  ".chart text { font: 11px system-ui, sans-serif; fill: var(--quiet); }",
  ".chart text.halo { fill: var(--text); paint-order: stroke; stroke: var(--page); stroke-width: 4px; stroke-linejoin: round; }",
  ".chart .grid { stroke: var(--rule); stroke-width: 1; fill: none; }",
  ".chart .axis { stroke: var(--idle); stroke-width: 1; fill: none; }",
  ".chart .plate { fill: var(--page); }",
  ".chart .frame { fill: none; stroke: var(--idle); stroke-width: 1; }",
  ".chart .edge { stroke: var(--idle); stroke-width: 1; stroke-dasharray: 2 3; fill: none; }",
  ".chart .band rect { opacity: 0.28; }",
  ".chart .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }",
  ".chart .pale { fill-opacity: 0.38; }",
  ".chart .hollow { fill: var(--page); stroke-width: 1.2; }",
  ...TONES.map((tone) => `.chart .solid.${tone}, .chart .pale.${tone} { fill: var(--${tone}); }`),
  ...TONES.map(
    (tone) => `.chart .line.${tone}, .chart .stroke.${tone}, .chart .hollow.${tone} { stroke: var(--${tone}); }`,
  ),
].join("\n");
