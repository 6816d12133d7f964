import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../core/errors.ts";

/** Readable by its owner only from the first moment, and whole or not there: written beside it, then renamed. */
export function writeTokenFile(path: string, token: string): void {
  const fresh = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(fresh, `${token}\n`, { mode: 0o600, flag: "wx" });
    renameSync(fresh, path);
  } catch (error) {
    removeQuietly(fresh);
    throw new UserError(`the control token cannot be written to ${path}: ${(error as NodeJS.ErrnoException).code}`, {
      hint: "give a token with --control-token-file or LLM_CHAOS_TOKEN, or turn the channel off with --control off",
      cause: error,
    });
  }
}

/** Takes it away, unless another program has put its own there since. */
export function removeTokenFile(path: string, token: string): void {
  try {
    if (readFileSync(path, "utf8").trim() === token) rmSync(path, { force: true });
  } catch {
    // Gone already, or no longer ours to remove. A token of a program that has ended opens nothing.
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The folder is what could not be made: there is nothing to remove, and the first error says why.
  }
}
