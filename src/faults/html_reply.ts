import { z } from "zod";
import type { Fault } from "../core/fault.ts";

const params = z.strictObject({});

const PAGE = new TextEncoder().encode(
  `<!DOCTYPE html>
<html>
<head><meta charset="utf-8"><title>Network sign-in</title></head>
<body>
<h1>Please sign in</h1>
<p>You must accept the terms of use before you can reach the network.</p>
</body>
</html>
`,
);

/** A status of success from somebody who is not the provider: a portal, a corporate proxy, a misrouted name. */
export const htmlReply: Fault<z.output<typeof params>> = {
  name: "html_reply",
  summary: "A 200 with the HTML page of a proxy in between, where an answer was expected",
  looks: "HTML pages where answers were expected",
  acts: "call",
  final: true,
  params,
  plan() {
    const headers = ["content-type", "text/html; charset=utf-8", "content-length", String(PAGE.byteLength)];
    return [{ do: "answer", reply: { status: 200, headers, body: PAGE } }];
  },
  explain: () => "a 200 with a proxy's HTML page",
};
