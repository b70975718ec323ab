import { Anchor, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { text } from "../api";
import { Act } from "../parts/Act";
import { Facts } from "../parts/Facts";
import { count, moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Refusal } from "../parts/Refusal";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import { Structure } from "../parts/Structure";
import { useMay } from "../shell/session";
import type { Evaluation, ModelDetail } from "./rows";

/** A report as a page: figures by subgroup, with intervals over patients. */
function Report({ evaluation }: { evaluation: Evaluation }) {
  const { t, i18n } = useTranslation();
  const path = `/train/evaluations/${evaluation.id}/page`;
  const page = useQuery({
    queryKey: [path, i18n.language],
    queryFn: () => text(path, { lang: i18n.language }),
  });
  const side = t(`train.side.${evaluation.side}`, { defaultValue: evaluation.side });
  return (
    <Section
      title={t("train.report_on", { side })}
      about={
        <>
          {moment(evaluation.created_at)} · <Hash value={evaluation.sha256} />
          {evaluation.looks_left !== null &&
            ` · ${t("train.looks_left", { n: evaluation.looks_left })}`}
        </>
      }
    >
      {page.error && <Refusal error={page.error} />}
      {page.data && (
        <iframe
          className="page-inside"
          sandbox=""
          srcDoc={page.data}
          title={t("train.report_on", { side })}
        />
      )}
    </Section>
  );
}

/** One model: what it was trained on, and what it reaches for whom. */
export function Model() {
  const { t } = useTranslation();
  const looks = useMay("train.look");
  return (
    <Loaded<ModelDetail> path={`/train/models/${useId()}`}>
      {(model) => (
        <Screen
          title={t(`train.recipes.${model.recipe}`, { defaultValue: model.recipe })}
          about={
            <>
              {moment(model.created_at)} · <Hash value={model.sha256} />
            </>
          }
          actions={
            <Group gap="xs">
              <State value={model.recalled_at ? "recalled" : "active"} />
              {looks && !model.recalled_at && (
                <Act
                  path={`/train/models/${model.id}/looks`}
                  label={t("train.look")}
                  variant="default"
                  confirm={{
                    type: t("train.look_word"),
                    effects: [
                      t("train.look_effect"),
                      t("train.looks_used", { n: count(model.looks_used) }),
                    ],
                  }}
                />
              )}
            </Group>
          }
        >
          <Facts
            rows={[
              [
                t("train.version"),
                <Anchor
                  key="v"
                  component={Link}
                  to={`/publish/versions/${model.version_id}`}
                  fz="sm"
                  c="indigo.9"
                >
                  {t("train.open_version")}
                </Anchor>,
              ],
              [t("train.looks"), count(model.looks_used)],
              [t("train.facts"), <Structure key="f" value={model.facts} group="train.data" />],
            ]}
          />
          {model.evaluations.map((evaluation) => (
            <Report key={evaluation.id} evaluation={evaluation} />
          ))}
        </Screen>
      )}
    </Loaded>
  );
}
