import stringWidth from "string-width";

/** What is needed of a terminal. */
export interface Screen {
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
  on(event: "resize", listener: () => void): unknown;
  off(event: "resize", listener: () => void): unknown;
}

/** Lines that stay, and under them a few that are drawn anew in place. */
export interface LiveRegion {
  /** A line that stays, above the live ones. */
  line(text: string): void;
  /** Replaces the live lines. Too wide ones must have been cut before. */
  draw(lines: readonly string[]): void;
  /** Takes the live lines away. */
  close(): void;
}

/** One update of the screen, shown at once by terminals that know this; others pass it over. */
const BEGIN = "\u001b[?2026h";
const END = "\u001b[?2026l";
const CLEAR_BELOW = "\u001b[J";

/** The cursor is never hidden, so that no way to end can leave a terminal without one. */
export function createLiveRegion(screen: Screen): LiveRegion {
  let drawn: readonly string[] = [];

  const erase = () => {
    if (drawn.length === 0) return "";
    const up = rowsOf(drawn, screen.columns) - 1;
    return `\r${up > 0 ? `\u001b[${up}A` : ""}${CLEAR_BELOW}`;
  };
  const put = (text: string) => void (text !== "" && screen.write(BEGIN + text + END));
  const onResize = () => {
    put(erase());
    drawn = [];
  };
  screen.on("resize", onResize);

  return {
    line: (text) => put(`${erase()}${text}\n${drawn.join("\n")}`),
    draw(lines) {
      if (lines.length === drawn.length && lines.every((line, index) => line === drawn[index])) return;
      const before = erase();
      drawn = lines;
      put(before + lines.join("\n"));
    },
    close() {
      put(erase());
      drawn = [];
      screen.off("resize", onResize);
    },
  };
}

/** A terminal that became narrower has broken the lines that stand on it. */
function rowsOf(lines: readonly string[], columns = 80): number {
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
}
