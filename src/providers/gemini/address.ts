/** What the path of an inference call says. */
export interface Address {
  /** As the path names it, decoded; with its collection where that is not `models`. */
  model: string;
  stream: boolean;
  /** A stream without `alt=sse` is one JSON array. */
  sse: boolean;
  /** `v1beta`; undefined when the path has none. */
  version: string | undefined;
  /** Google's cloud platform, which has a wall of its own. */
  vertex: boolean;
}

/** AI Studio's `/v1beta/models/{model}:…`, Vertex's `/v1/projects/…/publishers/google/models/{model}:…`, its express form without the project, tuned models and endpoints; a gateway may stand in front. */
const METHOD =
  /\/(?:(v\d\w*)\/)?((?:projects\/[^/]+\/locations\/[^/]+\/)?(?:publishers\/[^/]+\/)?)(models|tunedModels|endpoints)\/([^/]+?)(?::|%3a)(generateContent|streamGenerateContent)$/i;

export function addressOf(path: string): Address | undefined {
  const query = path.indexOf("?");
  const found = METHOD.exec(query < 0 ? path : path.slice(0, query));
  if (found === null) return undefined;
  const [, version, place, collection = "", name = "", method] = found;
  const model = decoded(name);
  return {
    model: collection === "models" ? model : `${collection}/${model}`,
    stream: method?.toLowerCase() === "streamgeneratecontent",
    sse: query >= 0 && /[?&](?:\$|%24)?alt=sse(?:&|$)/i.test(path.slice(query)),
    version,
    vertex: place !== "" || collection === "endpoints",
  };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
