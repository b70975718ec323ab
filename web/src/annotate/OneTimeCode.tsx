import { Alert, Anchor, Button, Code, Group, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { get } from "../api";
import { useSend } from "../parts/Act";
import { moment } from "../parts/format";
import { Refusal } from "../parts/Refusal";

interface Factor {
  confirmed: boolean;
  fresh_until: string | null;
}

interface Seed {
  secret: string;
  address: string;
}

const PEOPLE = "/people";

/** What follows is shown once the signer has proved by a code, within five minutes, who it is. */
export function OneTimeCode({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const factor = useQuery({
    queryKey: ["second-factor"],
    queryFn: () => get<Factor>(`${PEOPLE}/second-factor`),
    refetchInterval: 30_000,
  });
  if (!factor.data) return factor.error ? <Refusal error={factor.error} /> : null;
  if (factor.data.fresh_until)
    return (
      <Stack gap={6}>
        <Text size="sm" c="gray.7" aria-live="polite">
          {t("annotate.code.fresh", { until: moment(factor.data.fresh_until) })}
        </Text>
        {children}
      </Stack>
    );
  return factor.data.confirmed ? (
    <Enter path={`${PEOPLE}/step-up`} about={t("annotate.code.about")} />
  ) : (
    <SetUp />
  );
}

function SetUp() {
  const { t } = useTranslation();
  const [seed, setSeed] = useState<Seed | null>(null);
  const begin = useSend<Seed>(`${PEOPLE}/second-factor`, setSeed);
  return (
    <Alert color="indigo.9" variant="outline" title={t("annotate.code.set_up_title")} maw={620}>
      <Stack gap="sm">
        <Text size="sm">{t("annotate.code.set_up_about")}</Text>
        {seed === null ? (
          <Button
            size="xs"
            w="fit-content"
            loading={begin.isPending}
            onClick={() => begin.mutate({})}
          >
            {t("annotate.code.set_up")}
          </Button>
        ) : (
          <>
            <Group gap="sm">
              <Code fz="sm">{seed.secret.match(/.{1,4}/g)?.join(" ")}</Code>
              <Anchor size="sm" href={seed.address}>
                {t("annotate.code.open_app")}
              </Anchor>
            </Group>
            <Enter
              path={`${PEOPLE}/second-factor/confirm`}
              about={t("annotate.code.confirm_about")}
            />
          </>
        )}
        {begin.error && <Refusal error={begin.error} />}
      </Stack>
    </Alert>
  );
}

function Enter({ path, about }: { path: string; about: string }) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const prove = useSend(path, () => setCode(""));
  const ready = /^\d{6}$/.test(code);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) prove.mutate({ code });
      }}
    >
      <Stack gap={6} maw={620}>
        <Text size="sm">{about}</Text>
        <Group align="flex-end" gap="xs">
          <TextInput
            size="xs"
            w={140}
            label={t("annotate.code.code")}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={6}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value.normalize("NFKC").trim())}
          />
          <Button type="submit" size="xs" disabled={!ready} loading={prove.isPending}>
            {t("annotate.code.prove")}
          </Button>
        </Group>
        {prove.error && <Refusal error={prove.error} />}
      </Stack>
    </form>
  );
}
