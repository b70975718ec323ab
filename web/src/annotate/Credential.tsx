import { Button, Group, Modal, MultiSelect, NumberInput, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { get, type Page } from "../api";
import { useSend } from "../parts/Act";
import { Refusal } from "../parts/Refusal";
import type { Reader } from "./Readers";
import type { Vocabulary } from "./types";

const modalities = ["CT", "MR", "PT", "CR", "DX", "MG", "US", "SM"];
const languages = ["ja", "en"];

/** What a reader may read, until when, how much at once, and which hospitals never. */
export function Credential({ of, close }: { of: Reader; close: () => void }) {
  const { t } = useTranslation();
  const [modal, setModal] = useState(of.modalities);
  const [groups, setGroups] = useState(of.groups);
  const [spoken, setSpoken] = useState(of.credited ? of.languages : ["ja"]);
  const [sites, setSites] = useState(of.sites);
  const [until, setUntil] = useState(of.valid_until?.slice(0, 10) ?? "");
  const [most, setMost] = useState(of.most_open);
  const choices = useQuery({
    queryKey: ["annotate", "credential"],
    queryFn: async () => {
      const [words, hospitals] = await Promise.all([
        get<Vocabulary[]>("/annotate/vocabularies"),
        get<Page<{ id: string; name: string }>>("/people/organisations", {
          kind: "hospital",
          limit: 500,
        }),
      ]);
      const known = [...new Set(words.flatMap((one) => one.groups))].sort();
      return { groups: known, hospitals: hospitals.items };
    },
  });
  const act = useSend(`/annotate/readers/${of.user_id}/credential`, close, "PUT");
  const body = {
    modalities: modal,
    groups,
    languages: spoken,
    sites,
    most_open: most,
    valid_until: until ? `${until}T23:59:59Z` : null,
  };
  return (
    <Modal
      opened
      onClose={close}
      title={t("annotate.credential.title", { name: of.name })}
      transitionProps={{ duration: 100 }}
      closeButtonProps={{ "aria-label": t("annotate.help.close") }}
    >
      <Stack gap="sm">
        <MultiSelect
          size="xs"
          required
          label={t("annotate.credential.modalities")}
          data={modalities}
          value={modal}
          onChange={setModal}
        />
        <MultiSelect
          size="xs"
          label={t("annotate.credential.groups")}
          description={t("annotate.credential.groups_about")}
          data={choices.data?.groups ?? groups}
          value={groups}
          onChange={setGroups}
        />
        <MultiSelect
          size="xs"
          label={t("annotate.credential.languages")}
          data={languages}
          value={spoken}
          onChange={setSpoken}
        />
        <MultiSelect
          size="xs"
          label={t("annotate.credential.sites")}
          description={t("annotate.credential.sites_about")}
          data={(choices.data?.hospitals ?? []).map((one) => ({ value: one.id, label: one.name }))}
          value={sites}
          onChange={setSites}
        />
        <Group grow align="flex-end">
          <TextInput
            size="xs"
            type="date"
            label={t("annotate.credential.until")}
            value={until}
            onChange={(event) => setUntil(event.currentTarget.value)}
          />
          <NumberInput
            size="xs"
            min={1}
            max={10_000}
            label={t("annotate.credential.most")}
            value={most}
            onChange={(value) => setMost(Number(value) || 1)}
          />
        </Group>
        {act.error && <Refusal error={act.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" size="xs" onClick={close}>
            {t("parts.cancel")}
          </Button>
          <Button
            size="xs"
            disabled={modal.length === 0}
            loading={act.isPending}
            onClick={() => act.mutate(body)}
          >
            {t("annotate.credential.keep")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
