import { useTranslation } from "react-i18next";
import { Views } from "../parts/Views";

export function IntakeViews() {
  const { t } = useTranslation();
  return (
    <Views
      of={[
        { to: "/collect", label: t("collect.batches") },
        { to: "/collect/quarantine", label: t("collect.quarantine") },
        { to: "/collect/tables", label: t("collect.tables") },
      ]}
    />
  );
}
