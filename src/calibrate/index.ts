export { type Calibration, calibrate } from "./calibrate.ts";
