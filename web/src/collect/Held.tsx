import { Image, SimpleGrid, Stack, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { API } from "../api";
import { Act } from "../parts/Act";
import { useCode } from "../parts/code";
import { Facts } from "../parts/Facts";
import { FormDialog } from "../parts/form/FormDialog";
import { megabytes, moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import { useMay } from "../shell/session";
import { NameSubject } from "./NameSubject";
import type { HeldDetail } from "./rows";
import { SendAgain } from "./SendAgain";

/** One held file: why, what differs from the copy on record, and what a person may do. */
export function Held() {
  const id = useId();
  return (
    <Loaded<HeldDetail> path={`/collect/quarantine/${id}`}>
      {(held) => <Shown held={held} />}
    </Loaded>
  );
}

function Shown({ held }: { held: HeldDetail }) {
  const { t } = useTranslation();
  const said = useCode();
  return (
    <Screen
      title={said("collect.reason", held.reason)}
      about={t(`collect.advice.${held.reason}`, { defaultValue: "" })}
      actions={
        <>
          <State value={held.state} />
          <Acts held={held} />
        </>
      }
    >
      <Facts
        rows={[
          [t("collect.received"), moment(held.created_at)],
          [t("collect.hospital"), <Name key="site" id={held.site_id} />],
          [t("collect.kind"), said("collect.kinds", held.kind)],
          [t("collect.size"), megabytes(held.bytes)],
          [t("collect.number"), held.n],
          [t("collect.subject"), held.said?.patient_id],
          ["SOP Instance UID", held.said?.sop_uid],
          [
            t("collect.readable"),
            held.unreadable ? said("collect.reason", held.unreadable) : t("parts.yes"),
          ],
          ...(held.decided_at
            ? ([
                [t("collect.decided"), moment(held.decided_at)],
                [t("collect.decided_by"), <Name key="by" id={held.decided_by} />],
                [t("collect.decided_why"), held.why],
              ] as [string, React.ReactNode][])
            : []),
        ]}
      />
      {held.conflict && <Conflict held={held} />}
      {held.repairs.length > 0 && (
        <Section title={t("collect.repairs")} about={t("collect.repairs_about")}>
          {held.repairs.map((one) => (
            <Facts
              key={one.created_at}
              rows={[
                [moment(one.created_at), said("collect.repair", one.kind)],
                [t("collect.decided_by"), <Name key="by" id={one.by} />],
                [t("collect.decided_why"), one.why],
                [t("collect.before"), <Hash key="before" value={one.before_sha256} />],
                [t("collect.after"), <Hash key="after" value={one.after_sha256} />],
              ]}
            />
          ))}
        </Section>
      )}
    </Screen>
  );
}

function Acts({ held }: { held: HeldDetail }) {
  const { t } = useTranslation();
  const decides = useMay("collect.decide");
  const path = `/collect/quarantine/${held.id}`;
  if (!decides) return null;
  return (
    <>
      {held.acts.includes("repair") && (
        <>
          {held.unreadable === "not_dicom" && (
            <Act
              path={`${path}/repair`}
              body={{ kind: "meta" }}
              label={t("collect.repair.meta")}
              variant="default"
              why
            />
          )}
          {!held.part && (
            <FormDialog label={t("collect.repair.subject")} variant="default">
              {(close) => <NameSubject id={held.id} close={close} />}
            </FormDialog>
          )}
          <SendAgain id={held.id} />
        </>
      )}
      {held.acts.includes("release") && (
        <Act
          path={`${path}/release`}
          label={t("collect.release")}
          why
          confirm={{ effects: [t("collect.release_effect"), t("collect.release_asks")] }}
        />
      )}
      {held.acts.includes("reject") && (
        <Act
          path={`${path}/reject`}
          label={t("collect.reject")}
          variant="default"
          color="red.9"
          why
          confirm={{ type: t("collect.reject_word"), effects: [t("collect.reject_effect")] }}
        />
      )}
    </>
  );
}

function Conflict({ held }: { held: HeldDetail }) {
  const { t } = useTranslation();
  const { conflict } = held;
  if (!conflict) return null;
  const equal = { true: "pixels_equal", false: "pixels_differ", null: "no_pixels" } as const;
  const sides = [
    { which: "record", label: t("collect.on_record") },
    { which: "held", label: t("collect.came") },
  ];
  return (
    <Section
      title={t("collect.side_by_side")}
      about={t(`collect.${equal[`${conflict.pixels_equal}`]}`)}
    >
      {conflict.pixels_equal !== null && (
        <SimpleGrid cols={2} maw={760} mb="sm">
          {sides.map(({ which, label }) => (
            <Stack key={which} gap={4}>
              <Text size="sm" fw={600}>
                {label}
              </Text>
              <Image
                src={`${API}/dicomweb/quarantine/${held.id}/${which}`}
                alt={label}
                fit="contain"
                h={300}
                bg="dark.9"
              />
            </Stack>
          ))}
        </SimpleGrid>
      )}
      <Table maw={760} verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("collect.element")}</Table.Th>
            <Table.Th>{t("collect.on_record")}</Table.Th>
            <Table.Th>{t("collect.came")}</Table.Th>
            <Table.Th>{t("collect.relevant")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {conflict.differences.map((one) => (
            <Table.Tr key={one.element}>
              <Table.Th scope="row">{one.element}</Table.Th>
              <Table.Td>{one.on_record ?? "—"}</Table.Td>
              <Table.Td>{one.came ?? "—"}</Table.Td>
              <Table.Td>{t(one.relevant ? "parts.yes" : "parts.no")}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
