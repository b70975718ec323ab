import { useWords } from "../parts/code";

/** The name of a measure with its unit; numbered ones, such as of a third scan, keep their number. */
export function useMeasure(): (name: string) => string {
  const say = useWords();
  return (name) => {
    const known = say("preprocess.data", name);
    if (known !== name.replaceAll("_", " ")) return known;
    const [, base, number] = /^(.+)_(\d+)$/.exec(name) ?? [];
    return base && number ? `${say("preprocess.data", base)} (${number})` : known;
  };
}
