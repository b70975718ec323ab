import { useTranslation } from "react-i18next";
import { Views } from "../parts/Views";
import { useMay } from "../shell/session";

/** What the role may see of the market; money only where the role has to do with it. */
export function MarketViews() {
  const { t } = useTranslation();
  const money = useMay("market.money");
  const settles = useMay("market.settle");
  return (
    <Views
      of={[
        { to: "/market", label: t("market.catalogue") },
        { to: "/market/orders", label: t("market.orders") },
        { to: "/market/licences", label: t("market.licences") },
        { to: "/market/releases", label: t("market.releases") },
        ...(money ? [{ to: "/market/statements", label: t("market.statements") }] : []),
        ...(settles
          ? [
              { to: "/market/settlements", label: t("market.settlements") },
              { to: "/market/journal", label: t("market.journal") },
            ]
          : []),
      ]}
    />
  );
}
