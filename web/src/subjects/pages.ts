export { Record } from "./Record";
export { Series } from "./Series";
export { SeriesList } from "./SeriesList";
export { Slide } from "./Slide";
export { Subject } from "./Subject";
export { Subjects } from "./Subjects";
