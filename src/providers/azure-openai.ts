import type { Dialect } from "../core/dialect.ts";
import { breakAzureResponses } from "./azure-openai/break-responses.ts";
import { azureCharge } from "./azure-openai/charge.ts";
import { AZURE_FORMATS, type AzureFormat } from "./azure-openai/formats.ts";
import { recogniseAzure } from "./azure-openai/recognise.ts";
import { showsAzure } from "./azure-openai/target.ts";
import { azureWall } from "./azure-openai/wall.ts";
import { writeFiltered } from "./azure-openai/write-filtered.ts";
import type { Wall } from "./shared/wall.ts";

export { isAzure } from "./azure-openai/target.ts";

type Format = keyof typeof AZURE_FORMATS;

/**
 * One of OpenAI's formats as Azure speaks it: the same bodies behind other paths, keys and another wall, with the deployment
 * in the path for a model, and the content filter's findings in between. `create` makes that format before a wall. Unless
 * it is known that Azure is behind us, only requests that show it are concerned.
 */
export function createAzureOpenAi(name: Format, create: (wall: Wall) => Dialect, known = false): Dialect {
  const format: AzureFormat = AZURE_FORMATS[name];
  const base = create(azureWall);
  const shows = known ? () => true : showsAzure;
  return {
    ...base,
    id: format.id,
    concerns: (request) => base.concerns(request) && shows(request),
    recognise: (request) => (shows(request) ? recogniseAzure(base, format, request) : undefined),
    charge: azureCharge,
    ...(format.filtered && { write: writeFiltered(base) }),
    ...(format.breaksInPairs && { breakStream: breakAzureResponses(base) }),
  };
}
