import { useTranslation } from "react-i18next";

/** Say a code of the server in words; an unknown code shows itself. */
export function useCode(): (group: string, code: string | null | undefined) => string {
  const { t } = useTranslation();
  return (group, code) => {
    if (!code) return "—";
    const said = t(`${group}.${code}`, { defaultValue: code, returnObjects: true }) as unknown;
    return typeof said === "string" ? said : code;
  };
}

/** A name in snake case as words, for what no language file knows. */
export function words(name: string): string {
  return name.replaceAll("_", " ");
}

/** Say a code of the server; one that no language file knows is read as words. */
export function useWords(): (group: string, code: string) => string {
  const said = useCode();
  return (group, code) => {
    const known = said(group, code);
    return known === code ? words(code) : known;
  };
}
