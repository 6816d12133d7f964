import { spawn } from "node:child_process";

/** An opener that has not complained by then has done its work, or has become the browser. */
const LONG_ENOUGH_MS = 2_000;

export interface Desktop {
  platform: NodeJS.Platform;
  env: NodeJS.ProcessEnv;
}

/** What opens a page in this person's browser; undefined where it would open on another machine's screen, or on none. */
export function browserCommand(url: string, { platform, env }: Desktop): readonly [string, ...string[]] | undefined {
  const has = (name: string) => (env[name] ?? "") !== "";
  if (has("SSH_CONNECTION") || has("SSH_TTY")) return undefined;
  if (platform === "darwin") return ["open", url];
  // Not through cmd.exe, which would read an address as its own language.
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler", url];
  return has("DISPLAY") || has("WAYLAND_DISPLAY") ? ["xdg-open", url] : undefined;
}

/** False when no browser could be opened. Never throws, and keeps nothing alive. */
export function openInBrowser(url: string, desktop: Desktop = process): Promise<boolean> {
  const command = browserCommand(url, desktop);
  if (command === undefined) return Promise.resolve(false);
  const [program, ...args] = command;
  return new Promise((resolve) => {
    const opener = spawn(program, args, { stdio: "ignore", detached: true, env: desktop.env });
    opener.once("error", () => resolve(false));
    opener.once("exit", (code) => resolve(code === 0));
    opener.unref();
    setTimeout(() => resolve(true), LONG_ENOUGH_MS).unref();
  });
}
