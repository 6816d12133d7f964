import { UserError } from "../core/errors.ts";
import type { RunFlags } from "./play.ts";
import { nextSignal } from "./signals.ts";

/** Throws a UserError where `--keep-open` has nothing of its own to keep open. */
export function checkKeepOpen({ keepOpen, control, repeat, attach }: RunFlags): void {
  if (keepOpen !== true) return;
  if (control === "off")
    throw new UserError("--keep-open serves the dashboard after the run, and --control off leaves it out", {
      hint: "leave one of them out",
    });
  if ((repeat ?? 1) > 1)
    throw new UserError("--keep-open shows one run, not those of --repeat", {
      hint: "leave one of them out; each run's runbook.html lies in its folder",
    });
  if (attach !== undefined)
    throw new UserError("--keep-open serves our own dashboard; with --attach it is the other proxy's", {
      hint: "leave --keep-open out: that proxy goes on serving it",
    });
}

/** Says where the run can be looked at, and comes back at the next Ctrl-C. */
export async function serveUntilSignal(pageUrl: string): Promise<void> {
  const asked = nextSignal();
  process.stderr.write(`serving the dashboard with the runbook at ${pageUrl} until Ctrl-C\n`);
  await asked;
}
