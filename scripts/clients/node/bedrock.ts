import { BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand } from "@aws-sdk/client-bedrock-runtime";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { type ClientUnderTest, MAX_TOKENS, MODEL, PROMPT, type Target } from "../client.ts";
import { oddityOf } from "../oddity.ts";

const REQUEST = {
  modelId: MODEL,
  messages: [{ role: "user" as const, content: [{ text: PROMPT }] }],
  inferenceConfig: { maxTokens: MAX_TOKENS },
};
const dialect = "bedrock";

const clientFor = ({ url, key, timeoutMs }: Target) =>
  new BedrockRuntimeClient({
    endpoint: url,
    region: "us-east-1",
    token: { token: key },
    authSchemePreference: ["httpBearerAuth"],
    // A time limit that only warns is this handler's default.
    requestHandler: new NodeHttpHandler(
      timeoutMs === undefined
        ? {}
        : { requestTimeout: timeoutMs, socketTimeout: timeoutMs, throwOnRequestTimeout: true },
    ),
  });

export const bedrock: ClientUnderTest = {
  id: "bedrock",
  title: "@aws-sdk/client-bedrock-runtime",
  packages: ["@aws-sdk/client-bedrock-runtime"],
  setup:
    "HTTP/1.1 instead of its default HTTP/2 (`requestHandler: new NodeHttpHandler()`) and a bearer token instead of a signature; the time limit is `socketTimeout` and `requestTimeout` with `throwOnRequestTimeout`.",
  calls: [
    {
      id: "converse",
      title: "`Converse`",
      short: "Converse",
      stream: false,
      dialect,
      async run(target) {
        const answer = await clientFor(target).send(new ConverseCommand(REQUEST));
        const oddity = oddityOf(answer, "output");
        if (oddity !== undefined) return { finish: undefined, oddity };
        return {
          finish: answer.stopReason,
          text: answer.output?.message?.content?.map(({ text = "" }) => text).join("") ?? "",
        };
      },
    },
    {
      id: "converse-stream",
      title: "`ConverseStream`",
      short: "ConverseStream",
      stream: true,
      dialect,
      async run(target) {
        let finish: string | undefined;
        const { stream } = await clientFor(target).send(new ConverseStreamCommand(REQUEST));
        for await (const { contentBlockDelta, messageStop } of stream ?? []) {
          target.sawText(contentBlockDelta?.delta?.text ?? "");
          finish = messageStop?.stopReason ?? finish;
        }
        return { finish };
      },
    },
  ],
};
