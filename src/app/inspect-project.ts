import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** What a look at a project's files tells. Guesses: the user confirms or corrects them. */
export interface ProjectFacts {
  /** The command that starts the app. */
  start: string | undefined;
  /** Where it will listen. */
  port: number | undefined;
  /** LLM SDKs among its dependencies, by package name. */
  sdks: readonly string[];
  /** The provider whose SDK was found first. */
  provider: "openai" | "anthropic" | "gemini" | undefined;
}

/** Package name to the provider it usually talks to; undefined where it may be any. */
const SDKS: ReadonlyMap<string, ProjectFacts["provider"]> = new Map([
  ["openai", "openai"],
  ["@ai-sdk/openai", "openai"],
  ["@langchain/openai", "openai"],
  ["langchain-openai", "openai"],
  ["@anthropic-ai/sdk", "anthropic"],
  ["anthropic", "anthropic"],
  ["@ai-sdk/anthropic", "anthropic"],
  ["@langchain/anthropic", "anthropic"],
  ["langchain-anthropic", "anthropic"],
  ["@google/genai", "gemini"],
  ["google-genai", "gemini"],
  ["google-generativeai", "gemini"],
  ["ai", undefined],
  ["langchain", undefined],
  ["litellm", undefined],
]);

/** Where servers of these frameworks listen unless told otherwise, by their documentation. First match counts. */
const DEFAULT_PORTS: readonly (readonly [dependency: string, port: number])[] = [
  ["astro", 4321],
  ["next", 3000],
  ["nuxt", 3000],
  ["@nestjs/core", 3000],
  ["vite", 5173],
  ["fastapi", 8000],
  ["uvicorn", 8000],
  ["django", 8000],
  ["flask", 5000],
  ["express", 3000],
  ["fastify", 3000],
  ["hono", 3000],
  ["koa", 3000],
];

const LARGEST_FILE = 1_048_576;

/** Reads package.json, requirements.txt and pyproject.toml. What is missing or broken tells nothing and is no error. */
export function inspectProject(folder: string): ProjectFacts {
  const manifest = readManifest(folder);
  const dependencies = new Set([...manifest.dependencies, ...pythonDependencies(folder)]);
  const sdks = [...SDKS.keys()].filter((name) => dependencies.has(name));
  const script = manifest.script;
  return {
    start: script && `${runnerOf(folder)} ${script.name === "start" ? "start" : `run ${script.name}`}`,
    port: portIn(script?.text ?? "") ?? DEFAULT_PORTS.find(([name]) => dependencies.has(name))?.[1],
    sdks,
    provider: sdks.map((name) => SDKS.get(name)).find((provider) => provider !== undefined),
  };
}

interface Manifest {
  script: { name: string; text: string } | undefined;
  dependencies: readonly string[];
}

function readManifest(folder: string): Manifest {
  const manifest = parseObject(readSmall(join(folder, "package.json")));
  const scripts = asObject(manifest["scripts"]);
  const name = ["start", "dev"].find((key) => typeof scripts[key] === "string");
  return {
    script: name === undefined ? undefined : { name, text: String(scripts[name]) },
    dependencies: ["dependencies", "devDependencies"].flatMap((key) => Object.keys(asObject(manifest[key]))),
  };
}

/** Names at the start of requirement lines, and quoted ones in pyproject.toml; extras and versions are left off. */
function pythonDependencies(folder: string): string[] {
  const lines = readSmall(join(folder, "requirements.txt")).split("\n");
  const quoted = readSmall(join(folder, "pyproject.toml")).match(/["'][A-Za-z][\w.-]*(?=[^"'\n]*["'])/g) ?? [];
  const keys = readSmall(join(folder, "pyproject.toml")).match(/^[A-Za-z][\w.-]*(?=\s*=)/gm) ?? [];
  return [...lines, ...quoted.map((text) => text.slice(1)), ...keys]
    .map((line) => /^\s*([A-Za-z][\w.-]*)/.exec(line)?.[1]?.toLowerCase().replaceAll("_", "-") ?? "")
    .filter((name) => name !== "");
}

/** A port that a start script names: `--port 4000`, `-p 4000`, `PORT=4000`. */
function portIn(script: string): number | undefined {
  const port = Number(/(?:--port[= ]|\s-p[= ]?|\bPORT=)(\d{2,5})\b/.exec(script)?.[1]);
  return port > 0 && port < 65_536 ? port : undefined;
}

function runnerOf(folder: string): string {
  if (existsSync(join(folder, "pnpm-lock.yaml"))) return "pnpm";
  return existsSync(join(folder, "yarn.lock")) ? "yarn" : "npm";
}

function readSmall(path: string): string {
  try {
    return statSync(path).size > LARGEST_FILE ? "" : readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
