/** A client of the matrix: an official package, and the ways in which an app calls it. */

export interface ClientUnderTest {
  /** For `--only`, and the key of docs/clients.json. */
  id: string;
  title: string;
  /** The client of which this one is a variant; the variant differs in what it does before an answer only. */
  variantOf?: string;
  /** Default: Node. */
  language?: "Python";
  /** npm packages whose versions decide the behaviour, the client itself first; or the versions, where they are known. */
  packages: readonly string[] | Readonly<Record<string, string>>;
  /** How it was set up where that is not the default: a sentence, printed with the results. */
  setup?: string;
  calls: readonly CallStyle[];
}

export interface CallStyle {
  id: string;
  /** As an app writes it. */
  title: string;
  /** Where it stands beside the client's other calls. */
  short: string;
  stream: boolean;
  /** The wire format, by the id of its dialect; some faults have a shape of their own in one. */
  dialect: string;
  /** Makes one call. What it throws is what the app gets. */
  run(to: Target): Promise<Returned>;
}

export interface Target {
  /** `http://127.0.0.1:port`. */
  url: string;
  /** Not a real one, and another one for every call. */
  key: string;
  /** The client's own time limit for a request, in milliseconds. Undefined: its default. */
  timeoutMs: number | undefined;
  /** Text of the stream, as it reaches the caller. */
  sawText(text: string): void;
  /** An error that the stream carries as a value instead of throwing it, in words. */
  sawError(words: string): void;
}

/** What the call gave back when it did not throw. */
export interface Returned {
  /** The client's word for how the answer ended, where it says one. */
  finish: string | undefined;
  /** Of an unstreamed answer. */
  text?: string;
  /** The value that was returned is no answer at all, in words: "the page as a string". */
  oddity?: string;
}

/** What every call asks. */
export const MODEL = "sample-model";
export const PROMPT = "Say hello.";
export const MAX_TOKENS = 64;
