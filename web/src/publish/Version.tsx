import { Group, Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Act } from "../parts/Act";
import { Figure } from "../parts/Figure";
import { FormDialog } from "../parts/form/FormDialog";
import { count, moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Screen } from "../parts/Screen";
import { State } from "../parts/State";
import type { Search } from "../shell/search";
import { useMay } from "../shell/session";
import { Card } from "./Card";
import { Cases } from "./Cases";
import { Changes } from "./Changes";
import { Checks, FlowOf } from "./Checks";
import { FillDraft } from "./FillDraft";
import { Represent } from "./Represent";
import type { VersionDetail } from "./rows";

function Acts({ version }: { version: VersionDetail }) {
  const { t } = useTranslation();
  const drafts = useMay("publish.draft");
  const freezes = useMay("publish.freeze");
  if (version.state !== "draft") return null;
  return (
    <>
      {drafts && (
        <FormDialog label={t("publish.fill")} about={t("publish.fill_about")} variant="default">
          {(close) => <FillDraft version={version.id} close={close} />}
        </FormDialog>
      )}
      {freezes && (
        <Act
          path={`/publish/versions/${version.id}/freeze`}
          label={t("publish.freeze")}
          confirm={{
            type: `${version.dataset} ${version.number}`,
            effects: [
              t("publish.will_freeze", {
                cases: count(version.cases),
                patients: count(version.patients),
              }),
              t("publish.will_check"),
              t("publish.will_anchor"),
            ],
          }}
        />
      )}
    </>
  );
}

/** One version: cases, card, who is represented, flow, changes, checks. */
export function Version() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { tab = "" } = useSearch({ strict: false }) as Search;
  return (
    <Loaded<VersionDetail> path={`/publish/versions/${useId()}`}>
      {(version) => {
        const frozen = version.state === "frozen";
        const tabs = [
          "cases",
          ...(frozen ? ["card", "represent"] : []),
          ...(version.flow ? ["flow"] : []),
          ...(version.parent_id && frozen ? ["changes"] : []),
          "checks",
        ];
        const open = tabs.includes(tab) ? tab : (tabs[0] ?? "cases");
        return (
          <Screen
            title={`${version.dataset} ${version.number}`}
            about={
              frozen ? (
                <>
                  {t("publish.frozen_at")} {moment(version.frozen_at)} ·{" "}
                  <Hash value={version.version_hash} />
                </>
              ) : (
                t("publish.draft_about")
              )
            }
            actions={
              <>
                <State value={version.state} />
                <Acts version={version} />
              </>
            }
          >
            <Group gap="sm">
              <Figure label={t("publish.patients")} value={count(version.patients)} />
              <Figure label={t("publish.cases")} value={count(version.cases)} />
              <Figure
                label={t("publish.made")}
                value={count(version.made)}
                note={t("publish.made_note")}
              />
              {Object.entries(version.sides).map(([side, patients]) => (
                <Figure
                  key={side}
                  label={t(`publish.side.${side}`, { defaultValue: side })}
                  value={count(patients)}
                  {...(side === "test" && version.sealed ? { note: t("publish.sealed") } : {})}
                />
              ))}
              <Figure label={t("publish.recalled")} value={count(version.recalled)} />
            </Group>
            <Tabs
              value={open}
              keepMounted={false}
              onChange={(value) =>
                void navigate({ to: ".", search: { tab: value } as never, replace: true })
              }
            >
              <Tabs.List aria-label={t("parts.views")} mb="md">
                {tabs.map((name) => (
                  <Tabs.Tab key={name} value={name}>
                    {t(`publish.tab.${name}`)}
                  </Tabs.Tab>
                ))}
              </Tabs.List>
              <Tabs.Panel value="cases">
                <Cases id={version.id} />
              </Tabs.Panel>
              <Tabs.Panel value="card">
                <Card id={version.id} name={`${version.dataset} ${version.number}`} />
              </Tabs.Panel>
              <Tabs.Panel value="represent">
                <Represent id={version.id} />
              </Tabs.Panel>
              <Tabs.Panel value="flow">
                <FlowOf id={version.id} />
              </Tabs.Panel>
              <Tabs.Panel value="changes">
                <Changes id={version.id} parent={version.parent_id} />
              </Tabs.Panel>
              <Tabs.Panel value="checks">
                <Checks version={version} />
              </Tabs.Panel>
            </Tabs>
          </Screen>
        );
      }}
    </Loaded>
  );
}
