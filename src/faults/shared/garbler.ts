type Replace = (value: string) => string;

/** Shorter texts are too common to be known again. */
const SHORTEST_WHOLE = 2;

/**
 * Makes the arguments of tool calls unreadable, in whatever pieces they come. Some formats repeat the whole at the end, so what
 * was said in pieces is known again there, and replaced by what was sent of it.
 */
export function createGarbler(how: "cut" | "invalid") {
  const repeated = new Map<string, string>();
  let original = "";
  let sent = "";

  const replaced = (piece: string): string => {
    if (how === "cut") return original === "" ? firstHalf(piece) : "";
    return original === "" ? withComma(piece) : piece;
  };
  const again: Replace = (value) => {
    if (value.length >= SHORTEST_WHOLE && value === original) {
      repeated.set(original, sent);
      // The next piece begins another call.
      original = "";
      sent = "";
    }
    return repeated.get(value) ?? value;
  };

  return {
    get began(): boolean {
      return original !== "" || repeated.size > 0;
    },
    /** For an event with this piece of arguments, or with none. */
    pieceOf(piece: string): Replace {
      if (piece === "") return again;
      const put = replaced(piece);
      original += piece;
      sent += put;
      return (value) => (value === piece ? put : value);
    },
    /** For a whole reply, whose calls have these arguments all together. */
    wholeOf: (all: string): Replace => {
      const isArguments = (value: string) => value.trimStart().startsWith("{") && all.includes(value);
      return (value) => {
        if (!isArguments(value)) return value;
        return how === "cut" ? firstHalf(value) : withComma(value);
      };
    },
  };
}

/** The beginning of an object is no JSON, however much of it. */
function firstHalf(piece: string): string {
  return piece.slice(0, Math.ceil(piece.length / 2));
}

function withComma(piece: string): string {
  const brace = piece.indexOf("{");
  return `${piece.slice(0, brace + 1)},${piece.slice(brace + 1)}`;
}
