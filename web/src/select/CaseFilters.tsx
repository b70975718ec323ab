import { useTranslation } from "react-i18next";
import { Filter } from "../parts/Filter";

/** Where judged cases stand and what they are, kept in the address. */
export function CaseFilters() {
  const { t } = useTranslation();
  return (
    <>
      <Filter
        name="standing"
        label={t("select.standing")}
        options={["accept", "review", "exclude"].map((value) => ({
          value,
          label: t(`parts.state.${value}`),
        }))}
      />
      <Filter
        name="modality"
        label={t("select.modality")}
        options={["CT", "MR", "SM"].map((value) => ({ value, label: value }))}
      />
    </>
  );
}
