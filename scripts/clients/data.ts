import type { CallResult, Cell, Matrix } from "./matrix.ts";
import { controlOf, verdictOf } from "./verdict.ts";

/** docs/clients.json: the same for machines, in the order of the page. Times are rounded, since they differ from run to run. */
export function renderData({ date, runtime, troubles, clients }: Matrix): string {
  const data = {
    date,
    runtime,
    troubles: troubles.map(({ id, title, position, fault = null, inDialect, headers, status, timeoutMs }) => ({
      id,
      title,
      position,
      fault,
      ...(inDialect !== undefined && { fault_in_dialect: inDialect }),
      ...(headers !== undefined && { with_headers: headers }),
      ...(status !== undefined && { with_status: status }),
      ...(timeoutMs !== undefined && { client_timeout_ms: timeoutMs }),
    })),
    clients: clients.map(({ id, title, language = "Node", setup = null, versions, calls }) => ({
      id,
      title,
      language,
      setup,
      versions,
      calls: calls.map((call) => ({
        id: call.id,
        title: call.title,
        stream: call.stream,
        dialect: call.dialect,
        cells: Object.fromEntries(
          Object.entries(call.cells).map(([trouble, cell]) => [trouble, `\0${JSON.stringify(cellData(cell, call))}`]),
        ),
      })),
    })),
  };
  // A line for each cell: what changed between two runs is then easy to see.
  return `${JSON.stringify(data, null, 1).replaceAll(/"\\u0000((?:[^"\\]|\\.)*)"/g, (_, text) => JSON.parse(`"${text}"`))}\n`;
}

const GRAIN_MS = 10;
const rounded = (ms: number) => Math.round(ms / GRAIN_MS) * GRAIN_MS;

function cellData(cell: Cell, call: CallResult): object {
  if (cell.skipped !== undefined) return { outcome: "skipped", why: cell.skipped };
  const { kind, text } = verdictOf(cell, controlOf(call));
  const { requests, gapsMs, tookMs, returned, carried, thrown } = cell;
  return {
    outcome: kind,
    requests,
    gaps_ms: gapsMs.map(rounded),
    took_ms: rounded(tookMs),
    text,
    ...(returned?.finish !== undefined && { finish: returned.finish }),
    ...(returned?.oddity !== undefined && { oddity: returned.oddity }),
    ...(carried !== undefined && { carried }),
    ...(thrown !== undefined && { thrown }),
  };
}
