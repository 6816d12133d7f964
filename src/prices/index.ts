export { createPriceList, type OwnPrice, type Understood } from "./price-list.ts";
