/** One metric with all its series, as every exporter takes it. Names are OpenTelemetry's, with dots; units are UCUM. */
export interface Family {
  name: string;
  help: string;
  /** `s`, `By`, `USD`, or `{token}`, which is a remark and no unit. Empty: a plain number. */
  unit: string;
  type: "counter" | "gauge" | "histogram";
  points: readonly Point[];
}

export interface Point {
  labels: Labels;
  value: number | Distribution;
}

export type Labels = Readonly<Record<string, string>>;

/** Counts by upper bounds; the last one is of everything above. */
export interface Distribution {
  bounds: readonly number[];
  counts: readonly number[];
  sum: number;
  count: number;
}
