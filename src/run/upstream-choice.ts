import { readFileSync } from "node:fs";
import { type CassetteHeader, readCassetteHeader } from "../cassette/index.ts";
import { UserError } from "../core/errors.ts";
import { flawOfUpstreamName } from "../core/upstream-name.ts";
import { parseStubProfile, type StubProfile } from "../upstreams/index.ts";

export interface StubChoice {
  kind: "stub";
  profile: StubProfile | undefined;
  address: string;
  /** Nobody named an upstream. */
  implied: boolean;
}

/** What one `--upstream` names. */
export type UpstreamChoice = {
  /** In lower case; undefined for the only upstream when the user gave it none. */
  name?: string | undefined;
} & (
  | StubChoice
  | { kind: "replay"; path: string; header: CassetteHeader; address: string }
  | { kind: "live"; base: URL; address: string }
);

/**
 * One upstream, or several with a name each (`openai=https://…`). Without any the stub is meant; the caller says so loudly.
 * One text may hold several, as an environment variable must: split where white space stands before a name.
 */
export function parseUpstreams(texts: readonly string[]): UpstreamChoice[] {
  const words = texts.flatMap((text) => text.trim().split(/\s+(?=[\w.-]+=)/));
  const choices = words.filter((word) => word !== "").map(parseOne);
  if (choices.length === 0) return [{ ...stub(), implied: true }];
  checkNames(choices);
  return choices;
}

/** A name is what stands before an equals sign that no address could have yet. */
const NAMED = /^([^:/?#=]*)=(.*)$/s;

function parseOne(text: string): UpstreamChoice {
  const [, name, address] = NAMED.exec(text) ?? [];
  if (name === undefined || address === undefined) return parseAddress(text);
  const flaw = flawOfUpstreamName(name);
  if (flaw !== undefined) {
    throw new UserError(`--upstream "${name}=…": ${flaw}`, {
      hint: "for example --upstream groq=https://api.groq.com",
    });
  }
  return { ...parseAddress(address, name), name: name.toLowerCase() };
}

function checkNames(choices: readonly UpstreamChoice[]): void {
  if (choices.length < 2) return;
  const seen = new Set<string>();
  for (const { name, address } of choices) {
    if (name === undefined) {
      throw new UserError(`--upstream ${address}: with several upstreams each needs a name`, {
        hint: `write --upstream name=${address}; the name chooses it, as a provider (openai, anthropic, groq) or as /<name>/… in the path`,
      });
    }
    if (seen.has(name)) {
      throw new UserError(`--upstream ${name}=… is given twice`, { hint: "give each upstream a name of its own" });
    }
    seen.add(name);
  }
}

function parseAddress(text: string, name?: string): UpstreamChoice {
  if (text === "stub") return stub();
  if (text.startsWith("replay:")) return replay(text.slice("replay:".length));
  if (text.startsWith("stub:")) return stubWithProfile(text.slice("stub:".length));
  return { kind: "live", ...parseBase(text, name) };
}

function stub(): UpstreamChoice & { kind: "stub" } {
  return { kind: "stub", profile: undefined, address: "stub", implied: false };
}

function replay(path: string): UpstreamChoice {
  return { kind: "replay", path, header: readCassetteHeader(path), address: `replay:${path}` };
}

/** The server that a cassette was recorded from, where it was a single one: its formats are spoken again. */
function recordedFrom({ upstreams }: CassetteHeader): URL | undefined {
  const [address, ...others] = new Set(upstreams.map((upstream) => upstream.address));
  return address !== undefined && others.length === 0 && /^https?:/.test(address) ? new URL(address) : undefined;
}

/** Read and checked here: a profile that is wrong must not leave a half-started run behind. */
function stubWithProfile(path: string): UpstreamChoice {
  return { ...stub(), profile: parseStubProfile(readProfile(path), path), address: `stub:${path}` };
}

function readProfile(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = errorCode(error);
    const why = code === "ENOENT" ? "there is no such profile" : `the profile cannot be read (${code})`;
    throw new UserError(`--upstream stub:${path}: ${why}`, {
      hint: "llm-chaos calibrate writes one; plain stub needs none",
      cause: error,
    });
  }
}

function parseBase(text: string, name: string | undefined): { base: URL; address: string } {
  const base = URL.canParse(text) ? new URL(text) : undefined;
  const named = name === undefined ? "" : `${name}=`;
  if (base === undefined || (base.protocol !== "http:" && base.protocol !== "https:")) {
    const hasScheme = text.includes("://");
    throw new UserError(`--upstream "${named}${text}" is neither a URL nor stub nor replay:cassette.jsonl`, {
      hint:
        !hasScheme && text.includes(".")
          ? `write https:// before it: --upstream ${named}https://${text}`
          : `for example --upstream ${named}https://api.openai.com, --upstream ${named}http://127.0.0.1:8000/v1, or --upstream ${named}stub`,
    });
  }
  if (base.username !== "" || base.password !== "") {
    throw new UserError(
      `--upstream ${named}… must not carry a user name or password; the app's own key is passed on to the provider`,
    );
  }
  base.hash = "";
  return { base, address: `${base.origin}${base.pathname === "/" ? "" : base.pathname}` };
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

/** The server that is called, or that was when its answers were recorded. */
export function baseOf(choice: UpstreamChoice): URL | undefined {
  if (choice.kind === "replay") return recordedFrom(choice.header);
  return choice.kind === "live" ? choice.base : undefined;
}

/** As it would be typed: `anthropic=https://…`, or the address alone. */
export function upstreamInWords({ name, address }: Pick<UpstreamChoice, "name" | "address">): string {
  return name === undefined ? address : `${name}=${address}`;
}

/** All of them as one, for the log and the report: live when any is, else replay when any is. */
export function summariseUpstreams(choices: readonly UpstreamChoice[]): {
  kind: UpstreamChoice["kind"];
  address: string;
} {
  const kind = (["live", "replay"] as const).find((one) => choices.some((choice) => choice.kind === one)) ?? "stub";
  return { kind, address: choices.map(upstreamInWords).join(" ") };
}
