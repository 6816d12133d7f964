import { type Asked, type Fingerprint, type Found, type JsonPath, type Library, viewOf } from "../../cassette/index.ts";

export type MatchedBy = "exact" | "normalised" | "loose";

export interface Match {
  found: Found;
  by: MatchedBy;
}

export interface MatcherOptions {
  library: Pick<Library, "find">;
  ignored: readonly JsonPath[];
  /** A call that nothing else answers gets the recording of another with its model and shape. */
  loose: boolean;
}

/**
 * Finds the recording that answers a call. The same request again gets the next of its recordings, in order: a refusal and
 * then the answer, as it was. When they are used up the last one is repeated; by shape they begin again from the first.
 */
export function createMatcher({ library, ignored, loose }: MatcherOptions): (asked: Asked) => Match | undefined {
  const walks = new Map<string, { found: readonly Found[]; next: number }>();
  const walkOf = (view: keyof Fingerprint, hash: string) => {
    const key = `${view} ${hash}`;
    let walk = walks.get(key);
    if (walk === undefined) {
      walk = { found: whole(library.find(view, hash)), next: 0 };
      // What is not there is not remembered: there may be any number of such requests.
      if (walk.found.length > 0) walks.set(key, walk);
    }
    return walk;
  };
  return (asked) => {
    for (const by of ["exact", "normalised"] as const) {
      const walk = walkOf(by, viewOf(asked, by, ignored));
      const found = walk.found[Math.min(walk.next++, walk.found.length - 1)];
      if (found !== undefined) return { found, by };
    }
    if (!loose) return undefined;
    const walk = walkOf("shape", viewOf(asked, "shape", ignored));
    const found = walk.found[walk.next++ % walk.found.length];
    return found && { found, by: "loose" };
  };
}

/** Those whose caller left in the middle only where there are no others. */
function whole(found: readonly Found[]): readonly Found[] {
  const kept = found.filter(({ partial }) => !partial);
  return kept.length > 0 ? kept : found;
}
