import { Code } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Act } from "../parts/Act";
import { DataTable } from "../parts/DataTable";
import { FormDialog } from "../parts/form/FormDialog";
import { TomlForm } from "../parts/form/TomlForm";
import { moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import { useMay } from "../shell/session";
import { SelectViews } from "./columns";
import { DryRun } from "./DryRun";

interface RecipeRow {
  id: string;
  created_at: string;
  name: string;
  version: string;
  sha256: string;
  in_force: boolean;
}

interface RecipeDetail extends RecipeRow {
  toml: string;
}

/** The rules by which cases were judged, each named by its hash. */
export function Recipes() {
  const { t } = useTranslation();
  const judges = useMay("select.judge");
  return (
    <Screen
      title={t("select.recipes")}
      about={t("select.recipes_about")}
      actions={
        judges && (
          <Act<{ queued: number }>
            path="/select/judge"
            label={t("select.judge_again")}
            variant="default"
            confirm={{ effects: [t("select.judge_effect"), t("select.judge_kept")] }}
          />
        )
      }
    >
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

/** A new recipe begins with the text of an old one. */
function Change({ recipe }: { recipe: RecipeDetail }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <FormDialog label={t("select.change_recipe")} variant="default">
      {(close) => (
        <TomlForm<RecipeRow>
          path="/select/recipes"
          keep={`recipe.${recipe.id}`}
          start={recipe.toml}
          act={t("select.put_in_force")}
          label={t("select.recipe")}
          about={t("select.recipe_about")}
          close={close}
          done={(made) => {
            close();
            void navigate({ to: `/select/recipes/${made.id}` });
          }}
        />
      )}
    </FormDialog>
  );
}

export function Recipe() {
  const { t } = useTranslation();
  const judges = useMay("select.judge");
  return (
    <Loaded<RecipeDetail> path={`/select/recipes/${useId()}`}>
      {(recipe) => (
        <Screen
          title={`${recipe.name} ${recipe.version}`}
          about={
            <>
              {t("select.since")} {moment(recipe.created_at)} · <Hash value={recipe.sha256} />
            </>
          }
          actions={
            <>
              <State value={recipe.in_force ? "in_force" : "superseded"} />
              {judges && <Change recipe={recipe} />}
              {judges && !recipe.in_force && (
                <Act
                  path="/select/recipes"
                  body={{ toml: recipe.toml }}
                  label={t("select.put_in_force")}
                />
              )}
            </>
          }
        >
          <Code block fz="sm" tabIndex={0} mah={420} style={{ overflow: "auto" }}>
            {recipe.toml}
          </Code>
          {judges && <DryRun id={recipe.id} toml={recipe.toml} />}
        </Screen>
      )}
    </Loaded>
  );
}
