import { useTranslation } from "react-i18next";
import { Act } from "../parts/Act";
import { DataTable } from "../parts/DataTable";
import { Filter } from "../parts/Filter";
import { day } from "../parts/format";
import { Name } from "../parts/names";
import { State } from "../parts/State";
import { useMay, useMe } from "../shell/session";
import type { UserRow } from "./rows";

const ROLES = ["hospital", "curator", "reader", "licensee", "operator"];

/** Users; who may manage people can let somebody in or keep somebody out. */
export function UserTable({ organisation }: { organisation?: string }) {
  const { t } = useTranslation();
  const manages = useMay("people.manage");
  const me = useMe().data;
  return (
    <DataTable<UserRow>
      path="/people/users"
      {...(organisation ? { filter: { organisation_id: organisation } } : {})}
      label={t("people.users")}
      empty={t("people.no_users")}
      rowKey={(row) => row.id}
      narrow={["role"]}
      filters={
        <Filter
          name="role"
          label={t("people.role")}
          options={ROLES.map((value) => ({ value, label: t(`shell.role.${value}`) }))}
        />
      }
      columns={[
        { key: "name", label: t("people.name"), sort: true, cell: (row) => row.name },
        {
          key: "role",
          label: t("people.role"),
          sort: true,
          cell: (row) => t(`shell.role.${row.role}`),
        },
        { key: "email", label: t("shell.email"), sort: true, cell: (row) => row.email },
        {
          key: "organisation_id",
          label: t("people.organisation"),
          cell: (row) => <Name id={row.organisation_id} />,
        },
        {
          key: "active",
          label: t("people.state"),
          sort: true,
          cell: (row) => <State value={row.active ? "active" : "inactive"} />,
        },
        {
          key: "created_at",
          label: t("people.since"),
          sort: true,
          cell: (row) => day(row.created_at),
        },
        ...(manages
          ? [
              {
                key: "act",
                label: t("people.act"),
                cell: (row: UserRow) =>
                  row.id === me?.id ? (
                    t("people.you")
                  ) : (
                    <Act
                      path={`/people/users/${row.id}/active`}
                      method="PUT"
                      body={{ active: !row.active }}
                      label={t(row.active ? "people.keep_out" : "people.let_in")}
                      variant="default"
                      size="compact-xs"
                    />
                  ),
              },
            ]
          : []),
      ]}
    />
  );
}
