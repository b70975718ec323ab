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
