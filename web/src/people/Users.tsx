import { useTranslation } from "react-i18next";
import { Screen } from "../parts/Screen";
import { PeopleViews } from "./Organisations";
import { UserTable } from "./UserTable";

/** Everybody who can sign in. */
export function Users() {
  const { t } = useTranslation();
  return (
    <Screen title={t("people.users")} about={t("people.users_about")}>
      <PeopleViews />
      <UserTable />
    </Screen>
  );
}
