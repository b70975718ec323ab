import { Anchor, Grid, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Act } from "../parts/Act";
import { useCode } from "../parts/code";
import { Facts } from "../parts/Facts";
import { count, day, moment } from "../parts/format";
import { Hash } from "../parts/Hash";
import { useId } from "../parts/id";
import { Loaded } from "../parts/Loaded";
import { Name } from "../parts/names";
import { Screen } from "../parts/Screen";
import { Section } from "../parts/Section";
import { State } from "../parts/State";
import { useMay } from "../shell/session";
import { Deliveries } from "./Deliveries";
import type { LicenceDetail } from "./rows";
import { Terms } from "./Terms";
import { useYen } from "./yen";

function Acts({ licence }: { licence: LicenceDetail }) {
  const { t } = useTranslation();
  const orders = useMay("market.order");
  const decides = useMay("market.decide");
  const settles = useMay("market.settle");
  const at = `/market/licences/${licence.id}`;
  const parties = new Set(licence.signatures.map((signature) => signature.party));
  const signing = {
    body: { terms_sha256: licence.terms_sha256 },
    confirm: {
      type: licence.terms_sha256.slice(0, 8),
      effects: [
        t("market.sign_effect"),
        t("market.sign_hash", { hash: licence.terms_sha256.slice(0, 8) }),
      ],
    },
  };
  const open = licence.state === "ordered";
  return (
    <Group gap="xs">
      {orders && open && !parties.has("licensee") && (
        <Act path={`${at}/sign`} label={t("market.sign")} {...signing} />
      )}
      {decides && open && !parties.has("platform") && (
        <Act path={`${at}/countersign`} label={t("market.countersign")} {...signing} />
      )}
      {settles && !licence.paid_at && ["ordered", "signed", "active"].includes(licence.state) && (
        <Act path={`${at}/payment`} label={t("market.record_payment")} variant="default" />
      )}
      {settles && licence.paid_at && (
        <Act
          path="/market/settlements"
          body={{ licence_id: licence.id }}
          label={t("market.settle")}
          variant="default"
        />
      )}
      {decides && licence.state === "active" && (
        <Act
          path={`${at}/move`}
          body={{ to: "suspended" }}
          label={t("market.suspend")}
          variant="default"
          why
        />
      )}
      {decides && licence.state === "suspended" && (
        <Act
          path={`${at}/move`}
          body={{ to: "active" }}
          label={t("market.resume")}
          variant="default"
          why
        />
      )}
    </Group>
  );
}

/** One licence: its terms in words, signatures, deliveries, and the command that downloads. */
export function Licence() {
  const { t } = useTranslation();
  const said = useCode();
  const yen = useYen();
  return (
    <Loaded<LicenceDetail> path={`/market/licences/${useId()}`}>
      {(licence) => (
        <Screen
          title={t("market.licence_until", { date: day(licence.not_after) })}
          about={<Name id={licence.organisation_id} />}
          actions={<State value={licence.state} />}
        >
          <Acts licence={licence} />
          <Grid gap="xl">
            <Grid.Col span={{ base: 12, lg: 6 }}>
              <Facts
                rows={[
                  [
                    t("market.offer"),
                    <Anchor
                      key="o"
                      component={Link}
                      to={`/market/listings/${licence.listing_id}`}
                      fz="sm"
                      c="indigo.9"
                    >
                      {t("market.open_offer")}
                    </Anchor>,
                  ],
                  [t("market.purpose"), said("market.purposes", licence.purpose)],
                  [t("market.valid"), `${day(licence.not_before)} – ${day(licence.not_after)}`],
                  [t("market.fee"), yen(licence.fee_yen)],
                  [t("market.tax"), `${yen(licence.tax_yen)} (${licence.tax_percent} %)`],
                  [t("market.paid_at"), moment(licence.paid_at)],
                  [
                    t("market.used"),
                    t("market.used_of", {
                      n: count(licence.released),
                      of: count(licence.max_releases),
                    }),
                  ],
                  [t("market.sealed"), t(licence.sealed_part ? "parts.yes" : "parts.no")],
                  [t("market.terms_hash"), <Hash key="h" value={licence.terms_sha256} keep={16} />],
                  [t("parts.why"), licence.why ?? "—"],
                ]}
              />
              <Section title={t("market.signatures")}>
                {licence.signatures.length === 0 && (
                  <Text size="sm" c="gray.7">
                    {t("market.nobody_signed")}
                  </Text>
                )}
                {licence.signatures.map((one) => (
                  <Text key={one.party} size="sm">
                    {said("market.party", one.party)} · {moment(one.created_at)} ·{" "}
                    <Hash value={one.terms_sha256} />
                  </Text>
                ))}
              </Section>
            </Grid.Col>
            <Grid.Col span={{ base: 12, lg: 6 }}>
              <Section title={t("market.terms")} about={t("market.terms_about")}>
                <Terms terms={licence.terms} />
              </Section>
            </Grid.Col>
          </Grid>
          <Deliveries licence={licence} />
        </Screen>
      )}
    </Loaded>
  );
}
