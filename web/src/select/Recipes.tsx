import { Code } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { DataTable } from "../parts/DataTable";
import { moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import { SelectViews } from "./columns";

interface RecipeRow {
  id: string;
  created_at: string;
  name: string;
  version: string;
  sha256: string;
  in_force: boolean;
}

/** The rules by which cases were judged, each named by its hash. */
export function Recipes() {
  const { t } = useTranslation();
  return (
    <Screen title={t("select.recipes")} about={t("select.recipes_about")}>
      <SelectViews />
      <DataTable<RecipeRow>
        path="/select/recipes"
        label={t("select.recipes")}
        empty={t("select.no_recipes")}
        rowKey={(row) => row.id}
        open={(row) => `/select/recipes/${row.id}`}
        columns={[
          { key: "name", label: t("select.name"), sort: true, cell: (row) => row.name },
          { key: "version", label: t("select.version"), sort: true, cell: (row) => row.version },
          {
            key: "in_force",
            label: t("select.state"),
            cell: (row) => <State value={row.in_force ? "in_force" : "superseded"} />,
          },
          {
            key: "created_at",
            label: t("select.since"),
            sort: true,
            cell: (row) => moment(row.created_at),
          },
          { key: "sha256", label: "SHA-256", cell: (row) => <Hash value={row.sha256} /> },
        ]}
      />
    </Screen>
  );
}

export function Recipe() {
  const { t } = useTranslation();
  return (
    <Loaded<RecipeRow & { toml: string }> path={`/select/recipes/${useId()}`}>
      {(recipe) => (
        <Screen
          title={`${recipe.name} ${recipe.version}`}
          about={
            <>
              {t("select.since")} {moment(recipe.created_at)} · <Hash value={recipe.sha256} />
            </>
          }
          actions={<State value={recipe.in_force ? "in_force" : "superseded"} />}
        >
          <Code block fz="sm" tabIndex={0}>
            {recipe.toml}
          </Code>
        </Screen>
      )}
    </Loaded>
  );
}
