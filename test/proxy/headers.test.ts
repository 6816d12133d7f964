import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  credentialOf,
  credentialsIn,
  forwardableReplyHeaders,
  forwardableRequestHeaders,
  joinPath,
} from "../../src/proxy/headers.ts";

const target = new URL("https://api.example.test:8443/v1");

describe("forwardable request headers", () => {
  it("keeps case, order and duplicates, and puts the target's host where the client's stood", () => {
    const sent = ["X-Tag", "a", "HOST", "127.0.0.1:4141", "x-tag", "b", "Authorization", "Bearer k", "X-Tag", "a"];
    expect(forwardableRequestHeaders(sent, target)).toEqual([
      ...["X-Tag", "a", "HOST", "api.example.test:8443", "x-tag", "b", "Authorization", "Bearer k", "X-Tag", "a"],
    ]);
  });

  it.each([
    ["Connection", "keep-alive"],
    ["Keep-Alive", "timeout=5"],
    ["Proxy-Connection", "keep-alive"],
    ["Proxy-Authorization", "Basic c2VjcmV0"],
    ["TE", "trailers"],
    ["Trailer", "X-Sum"],
    ["Transfer-Encoding", "chunked"],
    ["Upgrade", "websocket"],
    ["Expect", "100-continue"],
    ["x-llm-chaos-tag", "canary"],
    ["X-LLM-Chaos-Call", "lc-00000001"],
  ])("drops %s", (name, value) => {
    expect(forwardableRequestHeaders(["Host", "h", name, value, "Accept", "*/*"], target)).toEqual([
      ...["Host", "api.example.test:8443", "Accept", "*/*"],
    ]);
  });

  it("drops what Connection names, over several lines and in any case", () => {
    const sent = ["Connection", "close, X-Hop", "X-HOP", "1", "connection", "x-other", "X-Other", "2", "X-End", "3"];
    expect(forwardableRequestHeaders(["Host", "h", ...sent], target).slice(2)).toEqual(["X-End", "3"]);
  });

  it("does not let Connection take away the length or the host", () => {
    const sent = ["Host", "h", "Connection", "content-length, host", "Content-Length", "5"];
    expect(forwardableRequestHeaders(sent, target)).toEqual(["Host", "api.example.test:8443", "Content-Length", "5"]);
  });

  it("writes exactly one Host, whatever came", () => {
    expect(forwardableRequestHeaders(["Host", "a", "host", "b"], target)).toEqual(["Host", "api.example.test:8443"]);
    expect(forwardableRequestHeaders([], target)).toEqual(["Host", "api.example.test:8443"]);
  });
});

describe("forwardable reply headers", () => {
  it("keeps both cookies, odd case and unknown headers; drops hop-by-hop, Alt-Svc and Trailer", () => {
    const sent = [
      ...["Set-Cookie", "a=1", "X-RateLimit-Remaining", "4", "set-cookie", "b=2", "Connection", "close, X-Hop"],
      ...["X-Hop", "1", "Transfer-Encoding", "chunked", "Trailer", "X-Sum", "Alt-Svc", 'h3=":443"', "Keep-Alive", "5"],
      ...["Content-Encoding", "gzip", "Content-Length", "9"],
    ];
    expect(forwardableReplyHeaders(sent)).toEqual([
      ...["Set-Cookie", "a=1", "X-RateLimit-Remaining", "4", "set-cookie", "b=2"],
      ...["Content-Encoding", "gzip", "Content-Length", "9"],
    ]);
  });
});

describe("joining the paths", () => {
  it.each([
    ["https://api.test", "/v1/chat/completions", "/v1/chat/completions"],
    ["https://api.test/v1", "/v1/chat/completions", "/v1/chat/completions"],
    ["https://api.test/v1/", "/chat/completions?a=%2F", "/v1/chat/completions?a=%2F"],
    ["https://api.test/v1beta/openai/", "/v1/chat/completions", "/v1beta/openai/chat/completions"],
    ["https://api.test/openai/v1", "/openai/v1/responses", "/openai/v1/responses"],
    ["https://api.test/openai", "/openai/deployments/a", "/openai/openai/deployments/a"],
    ["https://api.test/v1", "/v1", "/v1"],
    ["https://api.test/v1", "/v10/x", "/v1/x"],
    ["https://api.test/v1", "/v1?x=1", "/v1?x=1"],
    ["https://api.test/v1", "/videos", "/v1/videos"],
    ["https://api.test/api?api-version=2", "/x?y=1", "/api/x?y=1&api-version=2"],
    ["https://api.test", "/", "/"],
    ["https://api.test", "*", "*"],
    ["https://api.test", "/a/../b/%2e%2e/c?q=http://evil.test/", "/a/../b/%2e%2e/c?q=http://evil.test/"],
  ])("%s + %s = %s", (base, path, joined) => {
    expect(joinPath(new URL(base), path)).toBe(joined);
  });

  it.each([
    ["http://evil.test/v1/models", "/v1/models"],
    ["HTTP://user:pw@evil.test:99/x?y", "/x?y"],
    ["http://evil.test", "/"],
    ["http://evil.test?x=1", "/?x=1"],
    ["http:\\\\evil.test\\x", "/x"],
    ["//evil.test/x", "/evil.test/x"],
    ["///evil.test/x", "/evil.test/x"],
    ["/\\evil.test/x", "/evil.test/x"],
    ["\\\\evil.test/x", "/evil.test/x"],
    ["@evil.test/x", "/@evil.test/x"],
    ["/%2f%2fevil.test/x", "/%2f%2fevil.test/x"],
    [".evil.test/x", "/.evil.test/x"],
  ])("%s stays on the target as %s", (path, joined) => {
    expect(joinPath(new URL("https://api.test"), path)).toBe(joined);
  });

  it("always gives a path that keeps the target's host when it is resolved against it", () => {
    const pieces = fc.constantFrom(
      "/",
      "\\",
      "//",
      "http:",
      "https://",
      "evil.test",
      "@",
      ":",
      "?",
      "#",
      "%2f",
      "v1",
      "..",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), fc.constantFrom("", "/", "/v1", "/v1/"), (parts, basePath) => {
        const base = new URL(`https://api.test:8443${basePath}`);
        const joined = joinPath(base, parts.join(""));
        expect(joined.startsWith("/")).toBe(true);
        expect(new URL(joined, base).host).toBe("api.test:8443");
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("credentials", () => {
  it.each([
    [["Authorization", "Bearer sk-1", "x-api-key", "other"], "/v1/x", "sk-1"],
    [["authorization", "bearer  sk-1"], "/", "sk-1"],
    [["Authorization", "Basic dXNlcg=="], "/", "Basic dXNlcg=="],
    [
      ["Authorization", "AWS4-HMAC-SHA256 Credential=AKIA1/20261124/us-east-1/bedrock/aws4_request, Signature=ab"],
      "/",
      "AKIA1",
    ],
    [["X-Api-Key", "sk-ant"], "/", "sk-ant"],
    [["API-Key", "azure"], "/", "azure"],
    [["x-goog-api-key", "goog"], "/?key=no", "goog"],
    [[], "/v1beta/models/m:generateContent?alt=sse&key=AIza", "AIza"],
    [["Authorization", ""], "/?monkey=1", undefined],
  ])("%j %s carries %s", (headers, path, credential) => {
    expect(credentialOf(headers, path)).toBe(credential);
  });

  it("finds every secret that may turn up in a log, and leaves ordinary values alone", () => {
    const headers = [
      ...["Authorization", "Bearer canary-bearer", "x-api-key", "canary-api", "Api-Key", "canary-azure"],
      ...[
        "x-goog-api-key",
        "canary-goog",
        "Cookie",
        "a=canary-cookie; b=canary-second",
        "Proxy-Authorization",
        "Basic canary-proxy",
      ],
      ...[
        "Ocp-Apim-Subscription-Key",
        "canary-apim",
        "X-Amz-Security-Token",
        "canary-aws",
        "Idempotency-Key",
        "harmless-id",
      ],
      ...[
        "Sec-WebSocket-Protocol",
        "realtime, openai-insecure-api-key.canary-socket",
        "Sec-WebSocket-Key",
        "harmless-nonce",
      ],
    ];
    const found = credentialsIn(headers, "/x?key=canary%2Fquery&api-key=canary-azq&alt=sse&page=harmless-page");
    for (const canary of [
      "bearer",
      "api",
      "azure",
      "goog",
      "cookie",
      "second",
      "proxy",
      "apim",
      "aws",
      "socket",
      "azq",
    ]) {
      expect(found).toContain(`canary-${canary}`);
    }
    expect(found).toContain("canary%2Fquery");
    expect(found).toContain("canary/query");
    expect(found.join(" ")).not.toMatch(/harmless|realtime|sse/);
  });
});
