import { describe, expect, it } from "vitest";
import { UserError } from "../../src/core/errors.ts";
import { familiesOf } from "../../src/run/families.ts";
import { parseUpstreams, summariseUpstreams } from "../../src/run/upstream-choice.ts";

const named = (...texts: string[]) => parseUpstreams(texts).map(({ kind, name, address }) => ({ kind, name, address }));

describe("--upstream", () => {
  it("is the stub when nothing is named, and one upstream without a name as ever", () => {
    expect(parseUpstreams([])).toMatchObject([{ kind: "stub", implied: true }]);
    expect(parseUpstreams([""])).toMatchObject([{ kind: "stub", implied: true }]);
    expect(parseUpstreams(["stub"])).toMatchObject([{ kind: "stub", implied: false }]);
    expect(named("https://api.openai.com/?a=b")).toEqual([
      { kind: "live", name: undefined, address: "https://api.openai.com" },
    ]);
  });

  it("names several, by repeating it or in one variable", () => {
    const expected = [
      { kind: "live", name: "openai", address: "https://api.openai.com" },
      { kind: "live", name: "anthropic", address: "https://api.anthropic.com/v1" },
      { kind: "stub", name: "small.model", address: "stub" },
    ];
    const texts = ["openai=https://api.openai.com", "Anthropic=https://api.anthropic.com/v1", "small.model=stub"];
    expect(named(...texts)).toEqual(expected);
    expect(named(texts.join(" "))).toEqual(expected);
  });

  it("is one address in the log: what would be typed, live when any is", () => {
    expect(summariseUpstreams(parseUpstreams(["a=stub", "b=http://127.0.0.1:1"]))).toEqual({
      kind: "live",
      address: "a=stub b=http://127.0.0.1:1",
    });
    expect(summariseUpstreams(parseUpstreams(["a=stub", "b=stub"]))).toEqual({
      kind: "stub",
      address: "a=stub b=stub",
    });
  });

  it.each([
    [["a=stub", "a=stub"], /--upstream a=… is given twice/],
    [["a=stub", "A=stub"], /--upstream a=… is given twice/],
    [["v1=stub"], /--upstream "v1=…": paths of requests begin with "\/v1"/],
    [["v1beta=stub", "b=stub"], /begin with "\/v1beta"/],
    [["chat=stub"], /begin with "\/chat"/],
    [["tunedModels=stub"], /begin with "\/tunedModels"/],
    [["stub=https://x.test"], /"stub" says what an upstream is/],
    [["=https://x.test"], /a name begins with a letter/],
    [["1up=stub"], /a name begins with a letter/],
    [["groq=api.groq.com"], /--upstream "groq=api.groq.com" is neither a URL nor stub/],
    [["groq=ftp://x.test"], /--upstream "groq=ftp:/],
    [["groq="], /--upstream "groq=" is neither/],
    [["a=https://me:secret-password@x.test"], /--upstream a=… must not carry a user name or password/],
    [
      ["https://api.openai.com", "b=stub"],
      /--upstream https:\/\/api.openai.com: with several upstreams each needs a name/,
    ],
    [["small=stub:none.yaml"], /none\.yaml: there is no such profile/],
  ])("refuses %j", (texts, message) => {
    const parse = () => parseUpstreams(texts);
    expect(parse).toThrow(UserError);
    expect(parse).toThrow(message);
    expect(parse).not.toThrow(/secret-password/);
  });
});

describe("the families of SDKs", () => {
  const families = (...texts: string[]) => familiesOf(parseUpstreams(texts), undefined);

  it("come from names and hosts, the first upstream's first", () => {
    expect(families("anthropic=stub", "groq=https://api.groq.com", "openai=stub", "vertex=stub")).toEqual([
      { family: "anthropic", onlyStubs: true },
      { family: "openai", onlyStubs: false },
      { family: "gemini", onlyStubs: true },
    ]);
    expect(families("https://mine.openai.azure.com")).toEqual([{ family: "azure", onlyStubs: false }]);
    expect(families("https://api.anthropic.com")).toEqual([{ family: "anthropic", onlyStubs: false }]);
    expect(families()).toEqual([{ family: "openai", onlyStubs: true }]);
  });

  it("are the one that the user names", () => {
    const upstreams = parseUpstreams(["openai=stub", "anthropic=stub"]);
    expect(familiesOf(upstreams, "gemini")).toEqual([{ family: "gemini", onlyStubs: true }]);
  });
});
