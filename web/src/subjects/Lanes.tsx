import { Box, Text, UnstyledButton } from "@mantine/core";
import { type KeyboardEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useCode } from "../parts/code";
import classes from "./Lanes.module.css";
import { beside, type Entry, LANES, type Mark, ticksOf } from "./rows";

const KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];

/** One row per kind over a common axis of days; a mark is all of one kind on one day. */
export function Lanes({
  marks,
  undated,
  chosen,
  choose,
}: {
  marks: Mark[];
  undated: Entry[];
  chosen: Mark | null;
  choose: (mark: Mark | null) => void;
}) {
  const { t } = useTranslation();
  const said = useCode();
  const buttons = useRef(new Map<Mark, HTMLButtonElement>());
  const first = marks[0]?.date ?? "";
  const last = marks.at(-1)?.date ?? "";
  const wide = Date.parse(last) - Date.parse(first);
  const place = (date: string) =>
    `${wide ? (100 * (Date.parse(date) - Date.parse(first))) / wide : 50}%`;
  const held = new Set([...marks, ...undated].map((one) => one.lane));
  const entry = chosen ?? marks[0];

  function move(event: KeyboardEvent, mark: Mark) {
    if (event.key === "Escape") choose(null);
    if (!KEYS.includes(event.key)) return;
    event.preventDefault();
    const next = beside(marks, mark, event.key);
    if (next) buttons.current.get(next)?.focus();
  }

  return (
    <Box component="section" aria-label={t("subjects.timeline")} className={classes.lanes}>
      {LANES.filter((lane) => held.has(lane)).map((lane) => (
        <Box key={lane} className={classes.lane}>
          <Text component="span" size="sm" className={classes.name}>
            {said("subjects.lane", lane)}
          </Text>
          <Box className={classes.line}>
            {marks
              .filter((mark) => mark.lane === lane)
              .map((mark) => (
                <UnstyledButton
                  key={mark.date}
                  ref={(button) => {
                    if (button) buttons.current.set(mark, button);
                    else buttons.current.delete(mark);
                  }}
                  className={classes.mark}
                  style={{ left: place(mark.date) }}
                  tabIndex={mark === entry ? 0 : -1}
                  aria-pressed={mark === chosen}
                  aria-label={t("subjects.on_day", {
                    lane: said("subjects.lane", lane),
                    date: mark.date,
                    n: mark.entries.length,
                  })}
                  title={`${mark.date} ${mark.entries.map((one) => said("subjects.record_kind", one.title)).join(", ")}`}
                  onClick={() => choose(mark === chosen ? null : mark)}
                  onKeyDown={(event) => move(event, mark)}
                >
                  {mark.entries.length > 1 ? mark.entries.length : ""}
                </UnstyledButton>
              ))}
          </Box>
          <Text component="span" size="xs" c="gray.7" ta="right">
            {undated.filter((one) => one.lane === lane).length || ""}
          </Text>
        </Box>
      ))}
      <Box className={classes.lane}>
        <span />
        <Box className={classes.axis}>
          {marks.length > 0 &&
            ticksOf(first, last).map((date) => (
              <Text
                key={date}
                component="span"
                className={classes.tick}
                style={{ left: place(date) }}
              >
                {date}
              </Text>
            ))}
        </Box>
        <Text component="span" size="xs" c="gray.7" ta="right">
          {undated.length > 0 && t("subjects.no_date")}
        </Text>
      </Box>
      <Text size="xs" c="gray.7" mt={4}>
        {t("subjects.lanes_about")}
      </Text>
    </Box>
  );
}
