import type { Dialect } from "../../core/dialect.ts";

const patterns = new WeakMap<Dialect, RegExp>();

/**
 * Finds one of the dialect's attention keys with a value that is not null, in text that may be latin1-decoded bytes.
 * Inside a JSON string the quotes would be escaped, so text that talks about `"usage":` does not match.
 */
export function attentionPattern(dialect: Dialect): RegExp {
  let pattern = patterns.get(dialect);
  if (pattern === undefined) {
    const keys = dialect.attention.map((key) => key.replace(/[^\w]/g, "\\$&"));
    pattern = keys.length === 0 ? /(?!)/g : new RegExp(`"(?:${keys.join("|")})"\\s*:\\s*(?!null)\\S`, "g");
    patterns.set(dialect, pattern);
  }
  return pattern;
}

/** Where the next such key stands in these bytes, at or after `from`; Infinity when there is none. */
export function createAttentionSearch(dialect: Dialect) {
  const pattern = attentionPattern(dialect);
  let text = "";
  return {
    begin(bytes: Uint8Array): void {
      text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
    },
    next(from: number): number {
      pattern.lastIndex = from;
      return pattern.exec(text)?.index ?? Number.POSITIVE_INFINITY;
    },
    end(): void {
      text = "";
    },
  };
}
