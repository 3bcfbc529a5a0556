"""Points on a scale: which columns hold them, between which ends, and what worded answers are worth."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cxlib.tables
from cxlib.ingest.columns import Column
from cxlib.ingest.plan import Metric, Score
from cxlib.tables.headers import normal, terms

WITHIN = 0.95  # share of the answers that must be on a scale for the column to have it
SURE, TYPICAL, GUESS = 1.0, 0.9, 0.7
# Net promoter groups, by the least point of each that keeps the group what it is.
GROUPS = {"promoter": 10.0, "promoters": 10.0, "passive": 8.0, "passives": 8.0, "detractor": 0.0,
          "detractors": 0.0, "promotor": 10.0, "pasif": 8.0, "detraktor": 0.0}  # fmt: skip
# Questions, in words as `normal` writes them; the first that is found names the metric.
ASKS: tuple[tuple[Metric, str], ...] = (
    ("nps", r"\bnps\b|net ?promot|netpro|(?:likel\w*|how|would)\b.*\brecommend|"
            r"\brecommend\b.*\b(?:friend|colleague|likel)|\blikelihood to recommend|\bltr\b|"
            r"\b(?:me)?rekomendasi|recomend|recomiend|recommand|weiterempf|empfehl|\bindicar(?:ia|iam)?\b|"
            r"\bmenyarankan"),
    ("ces", r"\bces\b|\beffort|\beasy\b|\beasiness|\bhow difficult|\bmudah|\bkemudahan|esforco|"
            r"esfuerzo|\bfacil|\beinfach|\baufwand|\bleicht\b|\bsulit\b|\bdificil|\bdifficile"),
    ("csat", r"\bcsat\b|satisf|satisfe|kepuasan|\bpuas\b|zufrieden|insatisf|"
             r"\bhappy\b"),
    ("rating", r"\brating\b|^rate\b|\brate (?:our|the|your|us|this)\b|you rate\b|\bstars?\b|\bscore\b|\bquality\b|\bskor\b|\bnilai\b|"
               r"\bbintang\b|penilaian|\bnota\b|\bnote\b|bewert|calific|puntua|valorac|avalia|"
               r"\bpontuacao|\bsterne\b|etoile|estrella|estrela|\bkualitas\b|\bintent"),
)  # fmt: skip
NOT_A_SCORE = re.compile(
    r"\b(?:count|number of|date|time|at|id|lead score|health score|category|group|group name|type|"
    r"why|reason|mengapa|kenapa|alasan|por que|pourquoi|warum|comment|comments|what|apa|text|"
    r"improve|change|average|percentile|link|url)\b"
)
SAID_SCALE = re.compile(
    r"(?<!\d)(0|1)\s*(?:-|–|to|through|and|sampai|hingga|s/d|s\.d\.|dan|a|al|à|até|ate|hasta|e|y|et|bis|und|…|\.\.)"
    r"\s*(5|6|7|10|100)(?!\d)|"
    r"(?:out of|/|von|sur|de un total de|dari|de)\s*(5|7|10|100)\b"
)
LABELLED = re.compile(r"^(\d{1,3})\s*(?:[-–—:=.)(]|\s)\s*\D")  # 5 - Very satisfied
OUT_OF = re.compile(r"^(\d{1,3}(?:[.,]\d)?)\s*(?:/|out of|von|sur|dari|de)\s*(5|7|10|100)$")
STARRED = re.compile(
    r"^(\d(?:[.,]\d)?)\s*(?:stars?|bintang|estrelas?|estrellas?|étoiles?|sterne?|★|⭐)$"
)
BARE = re.compile(r"^-?\d{1,3}(?:[.,]\d{1,2})?\s*%?$")


@dataclass(frozen=True, slots=True)
class Scaled:
    """A column that may hold points: its scale, how sure that is, and what lies beyond the scale.

    `outside` counts cells that are no point of the scale, by what they say.
    """

    score: Score
    confidence: float
    outside: Mapping[str, int]
    direction_open: bool = False


def scaled(column: Column) -> Scaled | None:
    """The scale of a column by its header and its answers; None where it holds no points."""
    header = normal(column.name)
    metric = next((m for m, pattern in ASKS if re.search(pattern, header)), None)
    if metric is None:
        metric = _by_words(column.name)
    answers = column.fills
    if not answers or (metric != "nps" and NOT_A_SCORE.search(header)):
        return None
    worded = _worded(answers)
    if worded is not None:
        kind, words, low, high = worded
        named = metric if metric is not None and metric != "rating" else kind
        if named == "nps" and high <= 7:
            named = kind  # how likely, in words: no net promoter score comes of it
        score = Score(column.name, named, low, high, "high", words)
        return Scaled(score, TYPICAL if metric else GUESS, outside_of(answers, score))
    if metric is None:
        return None
    return by_numbers(column, metric, answers)


def is_asked(name: str) -> bool:
    """Whether a header is a question as people were asked it, or says between which points."""
    scale = SAID_SCALE.search(name.casefold())
    return "?" in name or (scale is not None and scale[1] is not None)


def points(answer: str) -> tuple[float, float | None] | None:
    """The point of an answer that has a number in it, and the end of its scale where it says so."""
    text = answer.strip().casefold()
    if text and set(text) <= {"★", "☆", "⭐", "️"}:
        return float(text.count("★") + text.count("⭐")), 5.0
    if found := OUT_OF.match(text):
        return _float(found[1]), float(found[2])
    if found := STARRED.match(text):
        return _float(found[1]), 5.0
    if found := LABELLED.match(text):
        return float(found[1]), None
    if BARE.match(text):
        return _float(text.rstrip("% ")), 100.0 if text.endswith("%") else None
    return None


def _float(text: str) -> float:
    return float(text.replace(",", "."))


def _by_words(name: str) -> Metric | None:
    """The metric that a header names in any language, or by the scale that stands in it."""
    meant = terms(name)
    if len(meant) <= 4 and any("rating" in term or "satisfaction" in term for term in meant):
        return "rating"
    if any("recommend" in term for term in meant):
        return "nps"
    if any("satisfaction" in term for term in meant):
        return "csat"
    scale = SAID_SCALE.search(name.casefold())
    return "rating" if scale is not None and ("?" in name or len(meant) > 2) else None


@cache
def _wordings() -> tuple[tuple[Metric, dict[str, float]], ...]:
    path = Path(cxlib.tables.__path__[0]) / "answers.toml"
    return tuple(
        (
            scale["metric"],
            {
                word: float(point)
                for point, words in enumerate(scale["answers"], start=1)
                for word in words.split("|")
            },
        )
        for scale in tomllib.loads(path.read_text("utf-8"))["scale"]
    )


def _worded(answers: Counter[str]) -> tuple[Metric, dict[str, float], float, float] | None:
    """Answers in words: the metric, what each is worth, and the ends of their scale."""
    plain = Counter({a.casefold(): n for a, n in answers.items()})
    total = sum(plain.values())
    known = {a: GROUPS[a] for a in plain if a in GROUPS}
    if known and sum(plain[a] for a in known) >= WITHIN * total:
        return "nps", known, 0.0, 10.0
    best: tuple[tuple[int, int], Metric, dict[str, float], float] | None = None
    for metric, words in _wordings():
        held = {a: words[a] for a in plain if a in words}
        kinds = len(set(held.values()))
        fit = sum(plain[a] for a in held), kinds
        if kinds > 1 and (best is None or fit > best[0]):
            best = (fit, metric, held, max(words.values()))
    if best is not None and best[0][0] >= WITHIN * total:
        return best[1], best[2], 1.0, best[3]
    numbered = {a: p for a in plain if (p := points(a)) is not None}
    if all(BARE.match(a) for a in numbered):
        return None
    if sum(plain[a] for a in numbered) < WITHIN * total:
        return None
    high = max((end for _, end in numbered.values() if end), default=None)
    values = {a: point for a, (point, _) in numbered.items()}
    low, top = (1.0 if high in (5.0, 7.0) else 0.0, high) if high else ends_of(None, values, plain)
    return ("rating", values, low, top) if top else None


def by_numbers(column: Column, metric: Metric, answers: Counter[str]) -> Scaled | None:
    parsed = {a: p[0] for a in answers if BARE.match(a) and (p := points(a)) is not None}
    total = sum(answers.values())
    if not parsed or sum(answers[a] for a in parsed) < 0.8 * total:
        return None
    said = _said(column.name)
    percent = any(a.endswith("%") for a in parsed)
    low, high = said or ((0.0, 100.0) if percent else ends_of(metric, parsed, answers))
    if high is None:
        return None
    inside = sum(answers[a] for a, p in parsed.items() if low <= p <= high)
    if inside < 0.5 * sum(answers[a] for a in parsed):
        return None
    if metric == "rating" and (low, high) == (0.0, 10.0) and 0.0 in parsed.values():
        metric = "nps"
    if metric == "nps" and (low, high) != (0.0, 10.0):
        metric = "rating"
    header = normal(column.name)
    # Effort on 1–5 was "how much effort did you have to make": there, less is better.
    opposite = metric == "ces" and high == 5 and re.search(r"effort|\bces\b|aufwand", header)
    fits = inside >= WITHIN * total
    plain = re.fullmatch(r"(?:overall )?(?:score|rating|skor|nilai|nota|note)", header)
    sure = SURE if metric != "rating" or plain or said else TYPICAL
    score = Score(column.name, metric, low, high)
    return Scaled(score, sure if fits else GUESS + 0.12, outside_of(answers, score), bool(opposite))


def _said(header: str) -> tuple[float, float] | None:
    """The scale that a header names: ``(1-5)``, ``skala 1 sampai 7``, ``out of 10``."""
    found = SAID_SCALE.search(header.casefold())
    if found is None:
        return None
    if found[3]:
        return (1.0 if found[3] in ("5", "7") else 0.0), float(found[3])
    return float(found[1]), float(found[2])


def ends_of(
    metric: Metric | None, parsed: Mapping[str, float], answers: Counter[str]
) -> tuple[float, float | None]:
    """The usual scale that holds nearly all points; no end where none does."""
    total = sum(answers[a] for a in parsed)

    def share(low: float, high: float) -> float:
        return sum(answers[a] for a, p in parsed.items() if low <= p <= high) / total

    if metric == "nps":
        return (0.0, 10.0) if share(0, 10) >= 0.9 else (0.0, None)
    codes = {p for p in parsed.values() if p == int(p)}
    # 0 and 6 beside 1–5 are codes of "blank" and "never used": no usual scale ends there.
    if max(parsed.values()) == 6 and len(codes) == len(parsed) and share(1, 5) >= 0.5:
        return 1.0, 5.0
    zeros = share(0, 0)
    for low, high in ((1.0, 5.0), (1.0, 7.0), (1.0, 10.0), (0.0, 10.0), (0.0, 100.0)):
        if share(low, high) >= (0.97 if high < 10 or zeros > 0 else WITHIN):
            return low, high
    return (0.0, 5.0) if share(0, 5) >= 0.97 else (0.0, None)


def outside_of(answers: Counter[str], score: Score) -> dict[str, int]:
    """Cells that are no point of the scale, the commonest first."""
    beyond: Counter[str] = Counter()
    for answer, count in answers.items():
        point = score.words.get(answer.casefold())
        if point is None and not score.words and (found := points(answer)) is not None:
            point = found[0]
        if point is None or not score.low <= point <= score.high:
            beyond[answer] += count
    return dict(beyond.most_common())
