import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Facts } from "../parts/Facts";
import { day } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { useMay } from "../shell/session";
import type { OrganisationRow } from "./rows";
import { Source } from "./Source";
import { UserTable } from "./UserTable";

/** One organisation with its users. */
export function Organisation() {
  const { t } = useTranslation();
  const sees = useMay("subjects.view");
  return (
    <Loaded<OrganisationRow> path={`/people/organisations/${useId()}`}>
      {(row) => (
        <Screen title={row.name} about={t(`people.kinds.${row.kind}`)}>
          <Facts
            rows={[
              [t("people.country"), row.country],
              ...(row.kind === "hospital" && sees
                ? ([[t("people.code"), <Source key="s" hospital={row.id} />]] as [
                    string,
                    ReactNode,
                  ][])
                : []),
              [t("people.since"), day(row.created_at)],
              ["ID", <Hash key="id" value={row.id} keep={13} />],
            ]}
          />
          <Section title={t("people.users")}>
            <UserTable organisation={row.id} />
          </Section>
        </Screen>
      )}
    </Loaded>
  );
}
