import type { LimitSpec } from "../core/limits.ts";
import { formatCount } from "../core/units.ts";
import { baseUrls } from "../run/families.ts";
import type { Session } from "../run/session.ts";
import { summariseUpstreams, type UpstreamChoice, upstreamInWords } from "../run/upstream-choice.ts";
import { paint } from "./style.ts";

/** What everybody should know before the first call: where to point the app, what is upstream, what it may cost. */
export function announce(session: Session, appFilePath: string | undefined, line: (text: string) => void): void {
  const { upstreams, listen, scenario } = session.options;
  line(`proxy   ${session.proxy.url}   seed ${scenario.seed}   run folder ${session.folder.path}`);
  line(`        point the app here: ${baseUrls(session.options, session.proxy.url).join("  ")}`);
  if (upstreams.length > 1) line(`        or at one upstream: ${addresses(session).join("  ")}`);
  if (appFilePath !== undefined) line(`        app file ${appFilePath}`);
  for (const upstream of upstreams) line(upstreamLine(upstream));
  if (!["127.0.0.1", "::1", "localhost"].includes(listen.host)) {
    line(
      paint(
        "yellow",
        `--listen ${listen.host} is not loopback: whoever reaches this port can send calls through it to ${summariseUpstreams(upstreams).address}`,
      ),
    );
  }
  for (const limit of scenario.limits) line(`limit   ${limitInWords(limit)}`);
}

function upstreamLine(upstream: UpstreamChoice): string {
  const words = `upstream ${upstreamInWords(upstream)}: `;
  if (upstream.kind === "live")
    return paint("yellow", `${words}REAL calls that cost real money; nothing here caps what they may cost`);
  const loud = upstream.implied ? ". None was named; --upstream https://… forwards to a real provider" : "";
  return `${words}built in, no key, no cost${loud}`;
}

function addresses({ options, proxy }: Session): string[] {
  return options.upstreams.map(({ name }) => `${proxy.url}/${name}`);
}

/** The label of a row without a tier says only where it stands, so its numbers are told with it. */
function limitInWords({ label, limits, source, date }: LimitSpec): string {
  const numbers = Object.entries(limits).map(([dimension, limit]) => `${dimension} ${formatCount(limit)}`);
  const from = source === undefined ? "" : ` from ${source}`;
  return `${label}: ${numbers.join(", ")}${date === undefined ? "" : ` (read ${date}${from})`}`;
}
