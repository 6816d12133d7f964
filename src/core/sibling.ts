/** The URL of a module that is started on its own (worker, child process): beside the caller, `.ts` in the sources and `.js` when built. */
export function siblingModule(callerUrl: string, name: string): URL {
  return new URL(`./${name}${callerUrl.endsWith(".ts") ? ".ts" : ".js"}`, callerUrl);
}
