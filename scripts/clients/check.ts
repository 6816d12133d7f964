import type { CallResult, Matrix } from "./matrix.ts";
import { controlOf, verdictOf } from "./verdict.ts";

/** What makes a measurement worthless: a client that fails without trouble, a call that we did not recognise. */
export function problemsIn({ clients }: Pick<Matrix, "clients">): string[] {
  return clients.flatMap(({ id, calls }) =>
    calls.flatMap((call) => problemsOf(call).map((problem) => `${id} ${call.id}: ${problem}`)),
  );
}

function problemsOf(call: CallResult): string[] {
  const control = controlOf(call);
  if (control === undefined || control.skipped !== undefined) return ["was not run without trouble"];
  const { kind } = verdictOf(control, control);
  const told =
    control.requests === 1 && kind === "served" && control.text !== ""
      ? []
      : [
          `without trouble: ${kind}, ${control.requests} requests, ${JSON.stringify(control.thrown ?? control.returned)}`,
        ];
  const unrecognised = Object.entries(call.cells)
    .filter(([, cell]) => cell.skipped === undefined && cell.unrecognised > 0)
    .map(([trouble]) => `${trouble}: a request was not recognised as an inference call`);
  return [...told, ...unrecognised];
}
