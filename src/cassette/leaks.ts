import type { TextPlace } from "../core/secrets.ts";

/** Something that looks like a secret, whoever's it is. */
export interface Leak extends TextPlace {
  what: string;
}

const SHAPES: readonly [what: string, shape: RegExp][] = [
  ["an API key", /(?<![A-Za-z0-9])(?:sk|pk|rk)-[A-Za-z0-9_-]{12,}/g],
  ["an API key of Google", /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}/g],
  ["an API key", /(?<![A-Za-z0-9])(?:gsk_|hf_|xai-|pplx-|fw_|r8_|nvapi-|glpat-)[A-Za-z0-9_-]{20,}/g],
  ["an access key of AWS", /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g],
  ["a token of GitHub", /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,})/g],
  ["a token of Slack", /(?<![A-Za-z0-9])xox[abeprs]-[A-Za-z0-9-]{10,}/g],
  ["a JSON Web Token", /(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}/g],
  ["a bearer token", /(?<=(?<![A-Za-z])Bearer +)[A-Za-z0-9._~+/-]{16,}=*/gi],
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----[A-Za-z0-9+/=\\rn\s]*/g],
];

const EMAIL = /(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])/g;

/** What none of them can do without: most texts have none of it, and are then searched once. */
const ANY =
  /[spr]k-|AIza|gsk_|hf_|xai-|pplx-|fw_|r8_|nvapi-|glpat-|A[KS]IA|gh[pousr]_|github_pat_|xox|eyJ|bearer|BEGIN /i;

/** Credentials by their look. Recorders leave them out; the validator finds them in files from elsewhere. */
export function credentialsIn(text: string): Leak[] {
  if (!ANY.test(text)) return [];
  return SHAPES.flatMap(([what, shape]) => placesOf(what, shape, text));
}

/** No credentials, but somebody's: told by the validator, left in by recorders (--redact takes them out). */
export function addressesIn(text: string): Leak[] {
  return text.includes("@") ? placesOf("an e-mail address", EMAIL, text) : [];
}

function placesOf(what: string, shape: RegExp, text: string): Leak[] {
  return Array.from(text.matchAll(shape), ({ index, 0: found }) => ({ what, from: index, to: index + found.length }));
}
