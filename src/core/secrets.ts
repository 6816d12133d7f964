import { createHash, hash } from "node:crypto";

/** The first 8 hex digits of SHA-256: enough to tell keys apart, and `where: { key }` can be computed outside (`sha256sum`). */
export function keyHash(credential: string | undefined): string {
  return credential === undefined || credential === ""
    ? ""
    : createHash("sha256").update(credential).digest("hex").slice(0, 8);
}

/**
 * Equality of texts without the texts: prompts are guessable, so their hashes are keyed with a secret of the run.
 * One-shot digests instead of HMAC objects: those are native objects that the collector has to finalise, twice per call.
 * A quarter of the digest is kept, so it cannot be extended either.
 */
export function createHasher(secret: string): (text: string | Uint8Array) => string {
  return (text) => {
    // Bytes as latin1: equal bytes give equal text, whatever they are.
    const readable =
      typeof text === "string" ? text : Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString("latin1");
    return hash("sha256", `${secret}:${readable}`, "hex").slice(0, 16);
  };
}

/** Replaces every credential value seen in this process wherever it occurs. The second net is pino's redact. */
export interface Scrubber {
  register(secret: string): void;
  scrub(text: string): string;
  /** Where such values stand, for bytes that are cut into pieces: the text is those bytes, one character each (latin1). */
  find(text: string): TextPlace[];
}

/** From a character up to another, which is not part of it. */
export interface TextPlace {
  from: number;
  to: number;
}

/** What stands in the place of a secret. */
export const SECRET_MARK = "[secret]";

const SHORTEST_SECRET = 8;

/** Bounded: of more than 1,000 secrets the one not seen for longest is forgotten. Values shorter than 8 characters are not secrets. */
export function createScrubber(limit = 1_000): Scrubber {
  const seen = new Set<string>();
  let newest: string | undefined;
  return {
    register(secret) {
      if (secret.length < SHORTEST_SECRET || secret === newest) return;
      newest = secret;
      seen.delete(secret);
      seen.add(secret);
      if (seen.size > limit) seen.delete(seen.values().next().value ?? "");
    },
    scrub(text) {
      let clean = text;
      for (const secret of seen) if (clean.includes(secret)) clean = clean.replaceAll(secret, SECRET_MARK);
      return clean;
    },
    find(text) {
      // Nearly always none: then nothing is made but what is returned.
      const places: TextPlace[] = [];
      for (const secret of seen) for (const form of wireForms(secret)) addPlaces(places, form, text);
      return places;
    },
  };
}

/** As UTF-8, and as JSON writers put it that escape slashes: keys in base64 have some. */
function wireForms(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8").toString("latin1");
  const forms = [secret];
  if (bytes !== secret) forms.push(bytes);
  if (secret.includes("/")) forms.push(secret.replaceAll("/", "\\/"));
  return forms;
}

function addPlaces(places: TextPlace[], wanted: string, text: string): void {
  for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + wanted.length))
    places.push({ from, to: from + wanted.length });
}
