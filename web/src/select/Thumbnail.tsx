import { Anchor, Box, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CaseRow } from "./rows";

/** The deep-zoom level that fits into one tile. */
const WHOLE_SLIDE = 8;

interface Props {
  row: CaseRow;
  root: string | undefined;
  label: string;
}

/** A small picture of a case that leads to it: the slice in the middle, or the whole slide. */
export function Thumbnail({ row, root, label }: Props) {
  const { t } = useTranslation();
  // Nothing is left to be shown of who has withdrawn.
  const [broken, setBroken] = useState(row.reason_codes.includes("withdrawn"));
  const own = row.kind === "slide" ? `tiles/${WHOLE_SLIDE}/0_0.jpeg` : "thumbnail";
  const place = `${root}/${row.kind === "slide" ? "slides" : "series"}/${row.id}/${own}`;
  return (
    <>
      <Box bg="dark.9" h={140} style={{ display: "grid", placeItems: "center" }}>
        {broken ? (
          <Text size="xs" c="gray.3" px={6}>
            {t("select.gallery.no_picture")}
          </Text>
        ) : (
          root && (
            <img
              src={place}
              alt=""
              loading="lazy"
              style={{ maxWidth: "100%", height: 140, objectFit: "contain" }}
              onError={() => setBroken(true)}
            />
          )
        )}
      </Box>
      <Anchor
        component={Link}
        to={`/select/cases/${row.id}`}
        display="block"
        fz="xs"
        c="indigo.9"
        truncate="end"
      >
        {label}
      </Anchor>
    </>
  );
}
