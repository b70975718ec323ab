import { useTranslation } from "react-i18next";
import { Views } from "../parts/Views";

export function ConsentViews() {
  const { t } = useTranslation();
  return (
    <Views
      of={[
        { to: "/consent", label: t("consent.approvals") },
        { to: "/consent/agreements", label: t("consent.agreements") },
        { to: "/consent/consents", label: t("consent.consents") },
        { to: "/consent/recalls", label: t("consent.recalls") },
      ]}
    />
  );
}
