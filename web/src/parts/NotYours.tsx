import { useTranslation } from "react-i18next";
import { useMe } from "../shell/session";
import { Empty } from "./Empty";

/** Not yours to see: which role this is, and whom to ask. */
export function NotYours() {
  const { t } = useTranslation();
  const role = useMe().data?.role;
  return <Empty text={t("parts.not_yours", { role: t(`shell.role.${role}`) })} />;
}
