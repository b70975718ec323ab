import { unsent } from "../unsent";
import type { Element } from "./element";

/** Elements that the server has not confirmed yet. */
export const pending = unsent<Element>("elements", (one) => one.element_id);
