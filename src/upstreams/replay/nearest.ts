import { type Asked, differences, type JsonPath, type Library, viewOf } from "../../cassette/index.ts";

/** How many recordings a miss is held against: reading more of them would take longer than people wait. */
const MOST_COMPARED = 20;
const MOST_NAMED = 5;

export interface Nearest {
  id: string | undefined;
  /** In words: paths, never texts. */
  difference: string;
}

/** The recording that a call which has none comes closest to; first among those of its shape. */
export async function nearestTo(
  asked: Asked,
  { library, ignored }: { library: Library; ignored: readonly JsonPath[] },
): Promise<Nearest> {
  const alike = library.find("shape", viewOf(asked, "shape", ignored));
  const candidates = (alike.length > 0 ? alike : library.first(MOST_COMPARED)).slice(0, MOST_COMPARED);
  let best: { id: string; paths: string[] } | undefined;
  for (const found of candidates) {
    const { id, request, model, stream } = await library.read(found);
    const body = "text" in request.body ? request.body.text : "";
    const paths = differences(asked, { path: request.path, model, stream, body }, ignored);
    if (best === undefined || paths.length < best.paths.length) best = { id, paths };
  }
  if (best === undefined) return { id: undefined, difference: "the cassette has no recording that could be played" };
  const named = best.paths.slice(0, MOST_NAMED).join(", ");
  const more = best.paths.length > MOST_NAMED ? ` and ${best.paths.length - MOST_NAMED} more` : "";
  return { id: best.id, difference: named === "" ? "how its JSON is written" : `${named}${more}` };
}
