import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";

/** Folder of src → what it may import: another folder (`x`) or only that folder's public face (`x/index`). Its own folder is always allowed. */
export const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: [],
  sse: ["core"],
  providers: ["core", "sse"],
  tokens: ["core"],
  limits: ["core"],
  faults: ["core"],
  expectations: ["core", "history/index"],
  // The arithmetic of a wall is the limiter's: what a call takes from a limit, and how it is settled.
  report: ["core", "limits/index", "faults/index"],
  scenario: ["core", "faults/index", "expectations/index", "limits/index"],
  cassette: ["core"],
  upstreams: ["core", "sse", "tokens/index", "providers/index", "cassette/index"],
  // A stub profile from recorded traffic: reads the one, writes the other.
  calibrate: ["core", "sse", "providers/index", "cassette/index", "upstreams/index"],
  app: ["core"],
  // Which price list is used is one folder's business; who counts the spending is given one.
  prices: ["core"],
  spend: ["core"],
  proxy: ["core", "sse"],
  history: ["core"],
  control: ["core"],
  metrics: ["core"],
  // The page is drawn with the runbook's charts; control/protocol is named for its types only.
  dashboard: ["core", "control/protocol", "report/svg/index"],
  // Time itself: the only place that reads clocks and sets timers for others.
  clock: ["core"],
  load: ["core", "clock/index"],
  run: ["*"],
  cli: ["*"],
  "index.ts": ["*"],
};

/** Folders whose result depends on their arguments alone: no sockets, no files, no timers. */
const PURE = new Set(["core", "sse", "providers", "limits", "faults", "expectations", "report", "spend"]);
const IMPURE_MODULES = /^node:(fs|http|https|net|tls|child_process|worker_threads|timers|dgram)/;
const IMPURE_CALLS = /\b(setTimeout|setInterval|setImmediate|Date\.now|Math\.random|performance\.now)\s*\(/;

/** Plugin folders: only their index names the files beside it; the files share code through `shared/` or a folder of their own name. */
const PLUGINS = new Set(["faults", "expectations", "providers"]);

export interface SourceFile {
  /** Relative to src, with forward slashes. */
  path: string;
  text: string;
}

export function readSources(root: string): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => ({ path: path.split(sep).join("/"), text: readFileSync(join(root, path), "utf8") }));
}

/** One sentence for each broken rule. */
export function violations(files: readonly SourceFile[]): string[] {
  return [...files.flatMap(violationsOf), ...cycles(files)];
}

function violationsOf(file: SourceFile): string[] {
  const folder = folderOf(file.path);
  const found: string[] = [];
  const allowed = ALLOWED[folder];
  if (allowed === undefined)
    return [`${file.path}: the folder ${folder} has no import rule; add it to scripts/import-rules.ts`];
  for (const target of importsOf(file)) {
    if (target.startsWith("node:")) {
      if (PURE.has(folder) && IMPURE_MODULES.test(target)) found.push(`${file.path}: a pure folder imports ${target}`);
    } else if (!mayImport(file.path, target)) found.push(`${file.path} must not import ${target}`);
  }
  if (PURE.has(folder) && IMPURE_CALLS.test(withoutComments(file.text))) {
    found.push(`${file.path}: a pure folder takes time or chance by itself; hand in a Clock or Rng`);
  }
  return found;
}

function mayImport(from: string, target: string): boolean {
  const fromFolder = folderOf(from);
  const targetFolder = folderOf(target);
  if (fromFolder === targetFolder) return !PLUGINS.has(fromFolder) || isPluginImport(from, target);
  if (targetFolder === "cli") return false;
  const allowed = ALLOWED[fromFolder] ?? [];
  return allowed.includes("*") || allowed.includes(targetFolder) || allowed.includes(target.replace(/\.ts$/, ""));
}

function isPluginImport(from: string, target: string): boolean {
  const [, name = ""] = from.split("/");
  const [, targetName = ""] = target.split("/");
  if (name === "index.ts" || targetName === "shared") return true;
  return (
    targetName.replace(/\.ts$/, "") === name.replace(/\.ts$/, "") || (name === "judge.ts" && targetName === "index.ts")
  );
}

/** Relative imports as paths under src; packages are left out, node: modules stay as they are. */
export function importsOf(file: SourceFile): string[] {
  const specifiers = [...withoutComments(file.text).matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(
    (match) => match[1] ?? "",
  );
  return specifiers
    .filter((specifier) => specifier.startsWith(".") || specifier.startsWith("node:"))
    .map((specifier) =>
      specifier.startsWith("node:") ? specifier : posix.normalize(posix.join(posix.dirname(file.path), specifier)),
    );
}

function folderOf(path: string): string {
  return path.split("/")[0] ?? path;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|[^:"'`])\/\/.*$/gm, "$1");
}

/** Cycles between files; type-only imports count too, since they tie the designs together all the same. */
function cycles(files: readonly SourceFile[]): string[] {
  const graph = new Map(
    files.map((file) => [file.path, importsOf(file).filter((target) => !target.startsWith("node:"))]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push(`import cycle: ${[...trail.slice(start), path].join(" → ")}`);
    if (start >= 0 || done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  const root = join(dirname(import.meta.dirname), "src");
  const files = readSources(root);
  const broken = violations(files);
  for (const line of broken) process.stderr.write(`${line}\n`);
  process.stdout.write(
    `import rules: ${files.length} files read in ${relative(process.cwd(), root)}, ${broken.length} broken\n`,
  );
  if (broken.length > 0 || files.length === 0) process.exitCode = 1;
}
