import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { UserError } from "../core/errors.ts";

/** Where one run leaves what it leaves. Readable by its owner only: what an app says and does is nobody else's business. */
export interface RunFolder {
  path: string;
  runId: string;
  eventsPath: string;
  write(name: string, text: string): string;
  /** Takes the folder away again when nothing came of the start. Never touches a folder that was there before. */
  discardIfUnused(): void;
}

const STATE_FOLDER = ".llm-chaos";

export function stateFolder(cwd: string): string {
  return join(cwd, STATE_FOLDER);
}

/** `.llm-chaos/runs/2026-11-24T10-00-00-tpm-storm/`, or the folder of `--out`. A second run in the same second gets `-2`. */
export function createRunFolder(options: {
  out: string | undefined;
  cwd: string;
  name: string;
  startedAt: Date;
  /** Default: the folder's name. */
  runId?: string | undefined;
}): RunFolder {
  const path = folderFor(options);
  return {
    path,
    runId: options.runId ?? basename(path),
    eventsPath: join(path, "events.jsonl"),
    write(name, text) {
      const file = join(path, name);
      try {
        writeFileSync(file, text, { mode: 0o600 });
      } catch (error) {
        // Half a report is worse than none.
        rmSync(file, { force: true });
        throw error;
      }
      return file;
    },
    discardIfUnused() {
      if (options.out === undefined) rmSync(path, { recursive: true, force: true });
    },
  };
}

/** The folder of `run --repeat`, in which each repeat has its own: as for a run. */
export function createSeriesFolder(options: {
  out: string | undefined;
  cwd: string;
  name: string;
  startedAt: Date;
}): string {
  return folderFor(options);
}

function folderFor({ out, cwd, name, startedAt }: Parameters<typeof createSeriesFolder>[0]): string {
  if (out !== undefined) return outFolder(out);
  const stamp = startedAt.toISOString().slice(0, 19).replaceAll(":", "-");
  const slug =
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "") || "run";
  return freshFolder(join(stateFolder(cwd), "runs", `${stamp}-${slug}`));
}

function freshFolder(wanted: string): string {
  for (let n = 1; ; n++) {
    const path = n === 1 ? wanted : `${wanted}-${n}`;
    if (makeFolder(path, "the run folder") === "made") return path;
  }
}

function outFolder(out: string): string {
  const path = resolve(out);
  makeFolder(path, "--out");
  return path;
}

function makeFolder(path: string, what: string): "made" | "existed" {
  try {
    mkdirSync(resolve(path, ".."), { recursive: true, mode: 0o700 });
    mkdirSync(path, { mode: 0o700 });
    return "made";
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return "existed";
    throw new UserError(`cannot create ${what} ${path}: ${error instanceof Error ? error.message : error}`, {
      hint: "choose another folder with --out",
      cause: error,
    });
  }
}
