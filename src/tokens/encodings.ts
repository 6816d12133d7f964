/** The encodings that can be counted with. Each rank table is megabytes, so only the one asked for is loaded. */
export const encodings = {
  o200k_base: () => import("js-tiktoken/ranks/o200k_base"),
  cl100k_base: () => import("js-tiktoken/ranks/cl100k_base"),
} as const;

export type EncodingName = keyof typeof encodings;
