import { readFileSync } from "node:fs";
import { UserError } from "../core/errors.ts";
import { parseStubProfile, type StubProfile } from "../upstreams/index.ts";

/** What `--upstream` names. */
export type UpstreamChoice =
  | { kind: "stub"; profile: StubProfile | undefined; address: string; implied: boolean }
  | { kind: "live"; base: URL; address: string };

/** `stub`, `stub:profile.yaml`, or a URL. Without one the stub is meant; the caller says so loudly. */
export function parseUpstream(text: string | undefined): UpstreamChoice {
  if (text === undefined || text === "" || text === "stub") {
    return { kind: "stub", profile: undefined, address: "stub", implied: text === undefined || text === "" };
  }
  if (text.startsWith("stub:")) return stubWithProfile(text.slice("stub:".length));
  return { kind: "live", ...parseBase(text) };
}

/** Read and checked here: a profile that is wrong must not leave a half-started run behind. */
function stubWithProfile(path: string): UpstreamChoice {
  return {
    kind: "stub",
    profile: parseStubProfile(readProfile(path), path),
    address: `stub:${path}`,
    implied: false,
  };
}

function readProfile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(`--upstream stub:${path}: the profile cannot be read (${errorCode(error)})`, { cause: error });
  }
}

function parseBase(text: string): { base: URL; address: string } {
  const base = URL.canParse(text) ? new URL(text) : undefined;
  if (base === undefined || (base.protocol !== "http:" && base.protocol !== "https:")) {
    throw new UserError(`--upstream "${text}" is neither a URL nor stub`, {
      hint: "for example --upstream https://api.openai.com, --upstream http://127.0.0.1:8000/v1, or --upstream stub",
    });
  }
  if (base.username !== "" || base.password !== "") {
    throw new UserError(
      "--upstream must not carry a user name or password; the app's own key is passed on to the provider",
    );
  }
  base.hash = "";
  return { base, address: `${base.origin}${base.pathname === "/" ? "" : base.pathname}` };
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
