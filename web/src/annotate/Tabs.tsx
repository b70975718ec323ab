import { useTranslation } from "react-i18next";
import { Views } from "../parts/Views";
import { useMay } from "../shell/session";

/** The views of annotating that one's role may open. */
export function Tabs() {
  const { t } = useTranslation();
  const assigns = useMay("annotate.assign");
  const labels = useMay("annotate.label");
  const views = [
    { to: "/annotate", label: t(labels ? "annotate.tabs.mine" : "annotate.tabs.tasks") },
    ...(assigns ? [{ to: "/annotate/hand-out", label: t("annotate.tabs.hand_out") }] : []),
    ...(assigns
      ? [
          { to: "/annotate/left", label: t("annotate.tabs.left") },
          { to: "/annotate/migrations", label: t("annotate.tabs.migrations") },
          { to: "/annotate/readers", label: t("annotate.tabs.readers") },
        ]
      : []),
    { to: "/annotate/findings", label: t("annotate.tabs.findings") },
    { to: "/annotate/reports", label: t("annotate.tabs.reports") },
  ];
  return <Views of={views} />;
}
