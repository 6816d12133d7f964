export { hintGrain } from "../../core/hint-grain.ts";
