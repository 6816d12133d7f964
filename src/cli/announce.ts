import type { LimitSpec } from "../core/limits.ts";
import { formatCount } from "../core/units.ts";
import type { Session } from "../run/session.ts";
import { paint } from "./style.ts";

/** What everybody should know before the first call: where to point the app, what is upstream, what it may cost. */
export function announce(session: Session, appFilePath: string | undefined, line: (text: string) => void): void {
  const { upstream, listen, scenario } = session.options;
  line(`proxy   ${session.proxy.url}   seed ${scenario.seed}   run folder ${session.folder.path}`);
  line(`        point the app here: OPENAI_BASE_URL=${session.proxy.url}/v1`);
  if (appFilePath !== undefined) line(`        app file ${appFilePath}`);
  if (upstream.kind === "live") {
    line(
      paint(
        "yellow",
        `upstream ${upstream.address}: REAL calls that cost real money; nothing here caps what they may cost`,
      ),
    );
  } else {
    line(
      `upstream ${upstream.address}: built in, no key, no cost${upstream.implied ? ". None was named; --upstream https://… forwards to a real provider" : ""}`,
    );
  }
  if (!["127.0.0.1", "::1", "localhost"].includes(listen.host)) {
    line(
      paint(
        "yellow",
        `--listen ${listen.host} is not loopback: whoever reaches this port can send calls through it to ${upstream.address}`,
      ),
    );
  }
  for (const limit of scenario.limits) line(`limit   ${limitInWords(limit)}`);
}

/** The label of a row without a tier says only where it stands, so its numbers are told with it. */
function limitInWords({ label, limits, source, date }: LimitSpec): string {
  const numbers = Object.entries(limits).map(([dimension, limit]) => `${dimension} ${formatCount(limit)}`);
  const from = source === undefined ? "" : ` from ${source}`;
  return `${label}: ${numbers.join(", ")}${date === undefined ? "" : ` (read ${date}${from})`}`;
}
