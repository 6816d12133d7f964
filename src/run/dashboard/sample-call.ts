import { jsonAnswer, type Route } from "../../control/index.ts";
import { UserError } from "../../core/errors.ts";
import { offersSample, sampleBody, sampleUrl } from "../../dashboard/sample.ts";
import type { Session } from "../session.ts";
import { summariseUpstreams } from "../upstream-choice.ts";

const GIVE_UP_AFTER_MS = 15_000;

/** One call to our own front, made like an app's: for the person before an empty page who wants to see something move. */
export function sampleCallRoute({ options, proxy }: Pick<Session, "options" | "proxy">): Route {
  return {
    method: "POST",
    path: "/sample-call",
    needs: "control",
    async handle() {
      const head = { mode: options.mode, upstream: summariseUpstreams(options.upstreams), proxyUrl: proxy.url };
      if (!offersSample(head)) {
        throw new UserError("a sample call is only made by a proxy whose upstream is the stub", {
          hint: "call the proxy yourself, with the key that its upstream wants",
        });
      }
      return jsonAnswer({ status: await statusOfCall(proxy.url) });
    },
  };
}

/** 0: it broke off, or did not end in time. A fault may do either. */
async function statusOfCall(proxyUrl: string): Promise<number> {
  try {
    const reply = await fetch(sampleUrl(proxyUrl), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: sampleBody(),
      signal: AbortSignal.timeout(GIVE_UP_AFTER_MS),
    });
    await reply.arrayBuffer();
    return reply.status;
  } catch {
    return 0;
  }
}
