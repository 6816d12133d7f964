import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 32 random bytes, base64url. */
export function makeToken(): string {
  return randomBytes(32).toString("base64url");
}

/** Compares in constant time: over digests, since the lengths must not show either. */
export function isSameToken(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

/** SHA-256: what is looked up by it is found in a time that tells nothing of the text. */
export function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
