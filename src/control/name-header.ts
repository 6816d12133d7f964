/** Programs may say on whose behalf they come; it stands in the event log. */
export const NAME_HEADER = "x-llm-chaos-name";
