import { useTranslation } from "react-i18next";
import type { Language } from "../i18n";
import { money } from "../parts/format";

/** Yen as the reader's language writes them. */
export function useYen(): (amount: number | null | undefined) => string {
  const { i18n } = useTranslation();
  return (amount) =>
    amount === null || amount === undefined ? "—" : money(amount, "JPY", i18n.language as Language);
}
