/** How an area is filled. Textures stay apart in grey print and for every eye; hatching is kept for faults. */
export type Texture = "pale" | "solid" | "rows" | "columns" | "hollow" | "hatch";
export type Tone = "ok" | "near" | "bad" | "idle" | "fault";

export interface Fill {
  texture: Texture;
  tone: Tone;
}

/**
 * Attributes for a filled shape. `id` is the prefix with which `textures` was written: ids are global to a page, so two
 * charts on one page need two prefixes.
 */
export function filled({ texture, tone }: Fill, id: string): string {
  if (texture === "pale" || texture === "solid" || texture === "hollow") return `class="${texture} ${tone}"`;
  return `class="textured ${tone}" fill="url(#${id}-${texture}-${tone})"`;
}

/** The definitions that `filled` refers to. */
export function textures(id: string, fills: readonly Fill[]): string {
  const patterns = fills.flatMap(({ texture, tone }) => {
    const lines = LINES[texture];
    if (lines === undefined) return [];
    const open = `<pattern id="${id}-${texture}-${tone}" patternUnits="userSpaceOnUse" width="${lines.size}" height="${lines.size}"`;
    const turn = lines.turn === undefined ? "" : ` patternTransform="rotate(${lines.turn})"`;
    return [`${open}${turn}><path class="stroke ${tone}" stroke-width="${lines.width}" d="${lines.path}"/></pattern>`];
  });
  return patterns.length === 0 ? "" : `<defs>${patterns.join("")}</defs>`;
}

const LINES: Partial<Record<Texture, { size: number; width: number; path: string; turn?: number }>> = {
  rows: { size: 4, width: 2.4, path: "M0 2H4" },
  columns: { size: 4, width: 2.4, path: "M2 0V4" },
  hatch: { size: 7, width: 1.2, path: "M0 3.5H7", turn: -45 },
};
