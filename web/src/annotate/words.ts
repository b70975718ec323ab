import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { get } from "../api";
import type { Colour } from "../parts/viewer/paint";
import type { Vocabulary } from "./types";

/** `name@version` of `name@version:hash`, as addresses name a vocabulary. */
export function shortReference(reference: string): string {
  return reference.split(":")[0] ?? reference;
}

export function useVocabulary(reference: string | undefined) {
  const short = reference ? shortReference(reference) : "";
  return useQuery({
    queryKey: ["vocabulary", short],
    queryFn: () => get<Vocabulary>(`/annotate/vocabularies/${short}`),
    enabled: short !== "",
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Say a thing with a Japanese and an English name in the language of the page. */
export function useNamed(): (named: { ja: string; en: string } | undefined) => string {
  const { i18n } = useTranslation();
  return (named) => (named ? (i18n.language === "ja" ? named.ja : named.en) : "—");
}

export function rgb(colour: string): Colour {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Colours by label number, for the viewer. */
export function coloursOf(words: Vocabulary): (Colour | undefined)[] {
  const found: (Colour | undefined)[] = [];
  for (const term of words.terms) found[term.number] = rgb(term.colour);
  return found;
}
