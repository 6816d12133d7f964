export { bottomAxis, chart, leftAxis } from "./chart.ts";
export { type Label, stackLabels } from "./labels.ts";
export { type Anchor, type Box, band, box, lane, line, type Point, type Segment, stackedBar, text } from "./marks.ts";
export { asProperties, DARK, LIGHT, type Palette } from "./palette.ts";
export { linear, px, type Scale, ticks, timeTicks } from "./scale.ts";
export { CHART_STYLE } from "./style.ts";
export { type Fill, filled, type Texture, type Tone, textures } from "./texture.ts";
