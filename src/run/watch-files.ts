import { type FSWatcher, watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Clock } from "../core/clock.ts";

/** Editors write in several steps; what is between them is nobody's meaning. Milliseconds. */
const SETTLE_MS = 150;

export interface FileWatch {
  /** From now on these. */
  files(paths: readonly string[]): void;
  close(): void;
}

/**
 * Calls back when one of the files has changed and come to rest. Watches their folders, since many editors put a new
 * file in the place of the old one. `onBlind`: a folder cannot be watched, and why.
 */
export function watchFiles(options: { clock: Clock; onChange(): void; onBlind(why: string): void }): FileWatch {
  const { clock, onChange, onBlind } = options;
  const folders = new Map<string, { watcher: FSWatcher; names: Set<string> }>();
  let cancel = () => {};
  const settle = () => {
    cancel();
    cancel = clock.after(SETTLE_MS, onChange);
  };
  const open = (folder: string, names: Set<string>) => {
    try {
      const watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name === null || (folders.get(folder)?.names.has(name) ?? false)) settle();
      });
      watcher.on("error", (error) => onBlind(error.message));
      folders.set(folder, { watcher, names });
    } catch (error) {
      onBlind(error instanceof Error ? error.message : String(error));
    }
  };
  return {
    files(paths) {
      const wanted = Map.groupBy(
        paths.map((path) => resolve(path)),
        (path) => dirname(path),
      );
      for (const [folder, { watcher }] of folders) {
        if (wanted.has(folder)) continue;
        watcher.close();
        folders.delete(folder);
      }
      for (const [folder, inside] of wanted) {
        const names = new Set(inside.map((path) => basename(path)));
        const known = folders.get(folder);
        if (known === undefined) open(folder, names);
        else known.names = names;
      }
    },
    close() {
      cancel();
      for (const { watcher } of folders.values()) watcher.close();
      folders.clear();
    },
  };
}
