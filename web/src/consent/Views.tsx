import { useTranslation } from "react-i18next";
import { Views } from "../parts/Views";
import { useMay } from "../shell/session";

export function ConsentViews() {
  const { t } = useTranslation();
  if (!useMay("consent.view")) return null;
  return (
    <Views
      of={[
        { to: "/consent", label: t("consent.approvals") },
        { to: "/consent/agreements", label: t("consent.agreements") },
        { to: "/consent/consents", label: t("consent.consents") },
        { to: "/consent/recalls", label: t("consent.recalls") },
        { to: "/consent/workspaces", label: t("consent.workspaces") },
      ]}
    />
  );
}
