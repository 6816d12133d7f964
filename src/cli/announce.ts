import type { LimitSpec } from "../core/limits.ts";
import { formatCount, formatShare } from "../core/units.ts";
import { baseUrls } from "../run/families.ts";
import type { SessionOptions } from "../run/options.ts";
import { isOnOwnNetwork } from "../run/own-network.ts";
import type { Session } from "../run/session.ts";
import { summariseUpstreams, type UpstreamChoice, upstreamInWords } from "../run/upstream-choice.ts";
import { capsInWords, NO_CAPS } from "../spend/index.ts";
import { paint } from "./style.ts";

/** What everybody should know before the first call: where to point the app, what is upstream, what it may cost. */
export function announce(session: Session, appFilePath: string | undefined, line: (text: string) => void): void {
  const { upstreams, listen, scenario, tls } = session.options;
  line(`proxy   ${session.proxy.url}   seed ${scenario.seed}   run folder ${session.folder.path}`);
  line(`        point the app here: ${baseUrls(session.options, session.proxy.url).join("  ")}`);
  if (tls !== undefined)
    line(`        the app must trust ${tls.certPath}: NODE_EXTRA_CA_CERTS in Node, SSL_CERT_FILE in Python`);
  if (upstreams.length > 1) line(`        or at one upstream: ${addresses(session).join("  ")}`);
  if (appFilePath !== undefined) line(`        app file ${appFilePath}`);
  for (const upstream of upstreams) line(upstreamLine(upstream, session.options));
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

function upstreamLine(upstream: UpstreamChoice, options: SessionOptions): string {
  const words = `upstream ${upstreamInWords(upstream)}: `;
  if (upstream.kind === "live") return paint("yellow", `${words}${liveInWords(upstream.base, options)}`);
  if (upstream.kind === "replay") return `${words}recorded answers, no key, no cost`;
  const loud = upstream.implied ? ". None was named; --upstream https://… forwards to a real provider" : "";
  return `${words}built in, no key, no cost${loud}`;
}

/** How many calls are real, what they may cost, and what comes then. */
function liveInWords(base: URL, { budget, mix, standIn }: SessionOptions): string {
  const isOwn = isOnOwnNetwork(base);
  const called = isOwn ? "live calls" : "REAL calls";
  const calls =
    mix === undefined ? called : `${formatShare(mix)} ${called}, the rest to ${standIn?.address}; the ${called}`;
  // A gateway of one's own may well stand before a provider.
  const cost = isOwn
    ? `${calls} on your own network cost money only if that server passes them on to a provider`
    : `${calls} cost real money`;
  const caps = capsInWords(budget?.caps ?? NO_CAPS);
  if (caps === "") return `${cost}; nothing caps what they may cost (--budget-usd 2 would)`;
  const then = budget?.over === "stub" ? `then ${standIn?.address} answers` : "then calls are refused";
  return `${cost}, at most ${caps}; ${then}`;
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
