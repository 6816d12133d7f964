import { z } from "zod";
import { METHODS, type MethodKind } from "./protocol.ts";
import { RpcErrorCode } from "./wire.ts";

type JsonSchema = {
  properties?: Record<string, unknown>;
  required?: string[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
};

/** An OpenRPC document of the control channel, made of what the server checks by. */
export function openRpcDocument(version: string): object {
  return {
    openrpc: "1.3.2",
    info: {
      title: "llm-chaos control channel",
      version,
      description:
        "JSON-RPC 2.0 over one WebSocket at /control. Authorization: Bearer <token>, or the cookie of a page that logged in. Parameters go by name.",
    },
    servers: [{ name: "local", url: "ws://127.0.0.1:4142/control" }],
    methods: Object.entries(METHODS).map(([name, { summary, kind, params, result }]) => ({
      name,
      summary,
      paramStructure: "by-name",
      ...paramsOf(schemaOf(params, "input")),
      result: { name: "result", schema: schemaOf(result, "output") },
      errors: [
        { code: RpcErrorCode.invalidParams, message: "what is wrong with the parameters" },
        ...(kind === "reads" ? [] : [{ code: RpcErrorCode.forbidden, message: "spectators only read" }]),
        { code: RpcErrorCode.refused, message: "understood, but not possible now" },
      ],
      "x-kind": kind satisfies MethodKind,
    })),
    "x-notifications": [
      { name: "event", summary: "An event of the log, after events.subscribe", schema: { $ref: "event.schema.json" } },
    ],
  };
}

/** OpenRPC lists parameters one by one; where their combinations matter, `x-params` has the whole. */
function paramsOf(schema: JsonSchema): object {
  const forms = schema.anyOf ?? schema.oneOf ?? [schema];
  const isNeeded = (name: string) => forms.every(({ required = [] }) => required.includes(name));
  const properties: Record<string, unknown> = Object.assign({}, ...forms.map((form) => form.properties ?? {}));
  const params = Object.entries(properties).map(([name, inner]) => ({ name, required: isNeeded(name), schema: inner }));
  return { params, ...(forms.length > 1 && { "x-params": schema }) };
}

/** The names of a method's parameters, for people: `fault, where?, chance?`. */
export function paramNames(method: keyof typeof METHODS): string[] {
  const { params } = paramsOf(schemaOf(METHODS[method].params, "input")) as {
    params: { name: string; required: boolean }[];
  };
  return params.map(({ name, required }) => (required ? name : `${name}?`));
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest as JsonSchema;
}
